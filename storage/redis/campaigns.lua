-- Counts one comment and finds the group it belongs to, as See in package
-- memory does. KEYS are the bands of its sketch. ARGV: what names of groups
-- begin with, the comment's id, hashes of author and article, the window in
-- milliseconds, how many bands make texts alike, how many authors and articles
-- are told apart. Groups have the hash tag of the bands, so they live on the
-- same node.
local prefix, own, window, most = ARGV[1], ARGV[2], ARGV[5], tonumber(ARGV[7])
local found, votes, best, id = redis.call('MGET', unpack(KEYS)), {}, 0, own
for i = 1, #KEYS do
  local g = found[i]
  if g then
    votes[g] = (votes[g] or 0) + 1
    if votes[g] > best then best, id = votes[g], g end
  end
end
if best < tonumber(ARGV[6]) or redis.call('EXISTS', prefix .. id) == 0 then
  id = own
  local time = redis.call('TIME')
  redis.call('HSETNX', prefix .. id, 'first', string.format('%.0f', time[1] * 1000000 + time[2]))
end
local group = prefix .. id
local function distinct(kind, hash)
  local n = tonumber(redis.call('HGET', group, kind)) or 0
  if n < most and redis.call('HSETNX', group, kind .. hash, 1) == 1 then
    n = redis.call('HINCRBY', group, kind, 1)
  end
  return n
end
local reply = {
  id, redis.call('HINCRBY', group, 'count', 1), distinct('author', ARGV[3]), distinct('article', ARGV[4]),
  tonumber(redis.call('HGET', group, 'first')),
}
redis.call('PEXPIRE', group, window)
for i = 1, #KEYS do
  redis.call('SET', KEYS[i], id, 'PX', window)
end
return reply
