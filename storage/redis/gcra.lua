-- Applies one request to the limits KEYS, as Evaluate in package memory does: it
-- advances all of them by one interval, or none. ARGV has the interval and the
-- depth of each key, in microseconds. Returns the time and the arrival times
-- before the request, from which the caller computes the result.
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
