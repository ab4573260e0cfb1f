-- Counts one comment and finds its group, as Campaigns in package memory does.
-- KEYS are the bands of its sketch. ARGV: the prefix of group keys, the comment's
-- id, hashes of author and article, the window in milliseconds, how many equal
-- bands make texts similar, up to how many authors and articles are counted.
-- Groups have the hash tag of the bands, so they are on the same server.
local prefix, own, window, most = ARGV[1], ARGV[2], ARGV[5], tonumber(ARGV[7])
local found, votes, best, id = redis.call('MGET', unpack(KEYS)), {}, 0, own
for i = 1, #KEYS do
  local g = found[i]
  if g then
    votes[g] = (votes[g] or 0) + 1
    if votes[g] > best then best, id = votes[g], g end
  end
end
local group, reply = prefix .. id
if best < tonumber(ARGV[6]) or redis.call('EXISTS', group) == 0 then
  -- Most comments begin a group: one command writes all of it.
  local time = redis.call('TIME')
  local first = time[1] * 1000000 + time[2]
  id, group = own, prefix .. own
  redis.call('HSET', group, 'first', string.format('%.0f', first), 'count', 1,
    'author', 1, 'author' .. ARGV[3], 1, 'article', 1, 'article' .. ARGV[4], 1)
  reply = { id, 1, 1, 1, first }
else
  local function distinct(kind, hash)
    local n = tonumber(redis.call('HGET', group, kind)) or 0
    if n < most and redis.call('HSETNX', group, kind .. hash, 1) == 1 then
      n = redis.call('HINCRBY', group, kind, 1)
    end
    return n
  end
  reply = {
    id, redis.call('HINCRBY', group, 'count', 1), distinct('author', ARGV[3]), distinct('article', ARGV[4]),
    tonumber(redis.call('HGET', group, 'first')),
  }
end
redis.call('PEXPIRE', group, window)
for i = 1, #KEYS do
  redis.call('SET', KEYS[i], id, 'PX', window)
end
return reply
