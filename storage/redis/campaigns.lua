-- Counts one comment and finds its group, as Campaigns in package memory does.
-- KEYS are the bands of its sketch, if it has one, and then its contacts. ARGV:
-- the prefix of group keys, the comment's id, hashes of author and article, the
-- window in milliseconds, how many equal bands make texts similar, up to how many
-- authors and articles are counted, how many KEYS are bands, the author's standing
-- (0 new, 1 known, 2 established), how many established authors end a contact,
-- from how many authors on a group is a campaign, 0 for never, how many equal bands
-- are enough when the words are alike, and the words: two bytes for each.
-- A band is the id of a group. A contact is a hash: its group, and the established
-- authors who give it. Groups have the hash tag of the other keys, so they are on
-- the same server.
local prefix, own, author, window = ARGV[1], ARGV[2], ARGV[3], ARGV[5]
local most, bands, standing = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local enough, floor = tonumber(ARGV[10]), tonumber(ARGV[11])

local function number(id, field)
  return tonumber(redis.call('HGET', prefix .. id, field)) or 0
end
local function is_campaign(id)
  return floor > 0 and number(id, 'author') >= floor
end

local similar, words = tonumber(ARGV[12]), ARGV[13]
-- Whether at least 60 % of the words of the larger set are common.
local function alike(g)
  local other, known, common = redis.call('HGET', prefix .. g, 'words') or '', {}, 0
  for i = 1, #other, 2 do known[other:sub(i, i + 1)] = true end
  for i = 1, #words, 2 do
    if known[words:sub(i, i + 1)] then common = common + 2 end
  end
  return common > 0 and 5 * common >= 3 * math.max(#words, #other)
end

local id, contact = nil, 0
if bands > 0 then
  local found, votes, order, best = redis.call('MGET', unpack(KEYS, 1, bands)), {}, {}, 0
  for i = 1, bands do
    local g = found[i]
    if g then
      if not votes[g] then order[#order + 1] = g end
      votes[g] = (votes[g] or 0) + 1
    end
  end
  for _, g in ipairs(order) do
    if votes[g] > best and votes[g] >= similar and redis.call('EXISTS', prefix .. g) == 1
      and (votes[g] >= tonumber(ARGV[6]) or alike(g)) then
      best, id = votes[g], g
    end
  end
end
for i = bands + 1, #KEYS do
  local g = redis.call('HGET', KEYS[i], 'group')
  if g and redis.call('EXISTS', prefix .. g) == 1
    and (redis.call('HLEN', KEYS[i]) - 1 < enough or is_campaign(g))
    and (standing == 0 or redis.call('HEXISTS', prefix .. g, 'author' .. author) == 1)
    and (not id or number(g, 'count') > number(id, 'count')) then
    id, contact = g, i - bands
  end
end

local reply
if not id then
  -- Most comments begin a group: one command writes all of it.
  local time = redis.call('TIME')
  local first = time[1] * 1000000 + time[2]
  id = own
  redis.call('HSET', prefix .. own, 'first', string.format('%.0f', first), 'count', 1,
    'author', 1, 'author' .. author, 1, 'article', 1, 'article' .. ARGV[4], 1, 'words', words)
  reply = { id, 1, 1, 1, first, 0 }
else
  local group = prefix .. id
  local function distinct(kind, hash)
    local n = number(id, kind)
    if n < most and redis.call('HSETNX', group, kind .. hash, 1) == 1 then
      n = redis.call('HINCRBY', group, kind, 1)
    end
    return n
  end
  reply = {
    id, redis.call('HINCRBY', group, 'count', 1), distinct('author', author), distinct('article', ARGV[4]),
    number(id, 'first'), contact,
  }
  if bands > 0 then redis.call('HSET', group, 'words', words) end
end
redis.call('PEXPIRE', prefix .. id, window)
for i = 1, bands do
  redis.call('SET', KEYS[i], id, 'PX', window)
end
for i = bands + 1, #KEYS do
  local g = redis.call('HGET', KEYS[i], 'group')
  if standing == 0 or g == id then
    if not g or number(g, 'count') < number(id, 'count') then
      redis.call('HSET', KEYS[i], 'group', id)
      g = id
    end
    if is_campaign(g) then redis.call('PEXPIRE', KEYS[i], window) end
  elseif standing == 2 then
    -- The group may be empty, so that the hash has one field more than authors.
    if not g then redis.call('HSET', KEYS[i], 'group', '') end
    if redis.call('HLEN', KEYS[i]) - 1 < enough then redis.call('HSET', KEYS[i], author, 1) end
  end
  if redis.call('PTTL', KEYS[i]) == -1 then redis.call('PEXPIRE', KEYS[i], window) end
end
return reply
