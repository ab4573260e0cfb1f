-- Decides one request under the limits KEYS, as Judge in package memory does:
-- either each is moved on by one interval, or none is. ARGV holds for each key
-- its interval and its depth, in microseconds. Returns the time and the
-- arrival times found, from which the caller reads the decision.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local tats, allowed = redis.call('MGET', unpack(KEYS)), true
for i = 1, #KEYS do
  local interval, depth = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  tats[i] = math.min(math.max(tonumber(tats[i]) or now, now), now + depth)
  allowed = allowed and tats[i] + interval <= now + depth
end
if allowed then
  for i = 1, #KEYS do
    local tat = tats[i] + ARGV[2 * i - 1]
    redis.call('SET', KEYS[i], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000))
  end
end
return {now, unpack(tats)}
