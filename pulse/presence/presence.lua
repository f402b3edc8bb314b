-- All that changes a user's presence in Redis, each call in one atomic step. It never decides what others see:
-- rules.py does, and `settle` takes that over if the facts are still the ones it was decided from.
--
-- ARGV: operation, user, now (ms), idle_after (ms), disconnect_grace (ms), offline_after (ms), then what the
-- operation takes. Keys and fields are described in live.py.

local P = 'pulse:p:'
local op, user, now = ARGV[1], ARGV[2], tonumber(ARGV[3])
local idle_after, grace, default_offline_after = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local key = P .. 'u:' .. user
local MOST_DEVICES = 50

-- The whole hash, and until when the leases of the web processes in it last.
local function facts()
  local hash, leases, seen = redis.call('HGETALL', key), {}, {}
  for i = 1, #hash, 2 do
    local process = string.match(hash[i], '^k:[^:]*:(.+)$')
    if process and not seen[process] then
      seen[process] = true
      leases[#leases + 1] = process
      leases[#leases + 1] = redis.call('ZSCORE', P .. 'lease', process) or '0'
    end
  end
  return {hash, leases}
end

-- When a device dies, given when its last socket closed (-1: one is open, or none ever was), and its timeout.
local function dies_at(device, closed)
  local f = redis.call('HMGET', key, 'b:' .. device, 'oa')
  local beat, own = tonumber(f[1] or '0'), tonumber(f[2] or '0')
  local timeout = own > 0 and own or default_offline_after
  local dies = beat + timeout
  if closed >= beat then dies = math.min(dies, closed + grace) end
  return dies, timeout
end

-- Note when time alone changes what a device says: it becomes idle or it dies. One that is dead is due at once:
-- only `settle`, which tells it, takes its timer off. False if it is dead.
local function schedule(device)
  local f = redis.call('HMGET', key, 'i:' .. device, 'c:' .. device)
  local input, dies = tonumber(f[1] or '0'), dies_at(device, tonumber(f[2] or '-1'))
  local due = math.max(dies, now)
  if now < input + idle_after then due = math.min(due, input + idle_after) end
  redis.call('ZADD', P .. 'due', string.format('%.0f', due), user .. ':' .. device)
  return dies > now
end

local function forget(device, hash)
  for i = 1, #hash, 2 do
    local name = string.match(hash[i], '^[bitxc]:(.*)$') or string.match(hash[i], '^k:([^:]*):')
    if name == device then redis.call('HDEL', key, hash[i]) end
  end
  redis.call('ZREM', P .. 'due', user .. ':' .. device)
end

-- Sockets of a process whose lease has lapsed are closed, though nobody has swept them yet.
local function has_sockets(device, hash)
  for i = 1, #hash, 2 do
    local holder, process = string.match(hash[i], '^k:([^:]*):(.+)$')
    if holder == device and tonumber(redis.call('ZSCORE', P .. 'lease', process) or '0') > now then return true end
  end
  return false
end

-- A socket brings no dead device back, only a beat does: it counts as silent for as long as it has been dead.
local function stay_dead(device, hash)
  local closed = tonumber(redis.call('HGET', key, 'c:' .. device) or '-1')
  if not has_sockets(device, hash) then
    for i = 1, #hash, 2 do
      local holds, process = string.match(hash[i], '^k:([^:]*):(.+)$')
      if holds == device then
        closed = math.max(closed, tonumber(redis.call('ZSCORE', P .. 'lease', process) or '0'))
      end
    end
  end
  local dies, timeout = dies_at(device, closed)
  if dies <= now then redis.call('HSET', key, 'b:' .. device, string.format('%.0f', dies - timeout)) end
end

local function devices_of(hash)
  local names = {}
  for i = 1, #hash, 2 do names[#names + 1] = string.match(hash[i], '^t:(.*)$') end
  return names
end

-- Whether this session may speak for this user: live, and of an active account.
local function is_live(session)
  local f = redis.call('HMGET', key, 's:' .. session, 'account')
  return f[1] and tonumber(f[1]) > now and f[2] == 'active'
end

-- The device of a request that named none: its session's socket device, else the session itself.
local function device_of(session)
  local hash = redis.call('HGETALL', key)
  for i = 1, #hash, 2 do
    local name = string.match(hash[i], '^x:(.*)$')
    if name and hash[i + 1] == session and has_sockets(name, hash) then return name, nil end
  end
  return 'session-' .. session, 'api'
end

-- Give a device its type and session; false if the user has too many devices.
local function know(device, device_type, session)
  if redis.call('HEXISTS', key, 't:' .. device) == 0 then
    if #devices_of(redis.call('HGETALL', key)) >= MOST_DEVICES then return false end
    redis.call('HSET', key, 't:' .. device, device_type ~= '' and device_type or 'api')
  elseif device_type ~= '' then
    redis.call('HSET', key, 't:' .. device, device_type)
  end
  redis.call('HSET', key, 'x:' .. device, session)
  return true
end

-- beat: session, device or '', device_type or '', time of the last input or '' for none, beats allowed a minute
if op == 'beat' then
  local session, device, device_type, input, allowed = ARGV[7], ARGV[8], ARGV[9], ARGV[10], tonumber(ARGV[11])
  if allowed > 0 then
    local rate = P .. 'rate:' .. session
    local count = redis.call('INCR', rate)
    if count == 1 then redis.call('EXPIRE', rate, 60) end
    if count > allowed then return {'limited', redis.call('TTL', rate)} end
  end
  if not is_live(session) then return {'unknown'} end
  if device == '' then
    local own_type
    device, own_type = device_of(session)
    if own_type then device_type = own_type end
  end
  if not know(device, device_type, session) then return {'too_many_devices'} end
  redis.call('HSET', key, 'b:' .. device, now, 'last', now)
  redis.call('HDEL', key, 'c:' .. device)
  if input ~= '' and tonumber(input) > tonumber(redis.call('HGET', key, 'i:' .. device) or '0') then
    redis.call('HSET', key, 'i:' .. device, input)
  end
  redis.call('HINCRBY', key, 'n', 1)
  schedule(device)
  return {'ok', facts()}

-- open: session, device, device_type, process
elseif op == 'open' then
  local session, device, process = ARGV[7], ARGV[8], ARGV[10]
  if not is_live(session) then return {'unknown'} end
  if not know(device, ARGV[9], session) then return {'too_many_devices'} end
  stay_dead(device, redis.call('HGETALL', key))
  redis.call('HINCRBY', key, 'k:' .. device .. ':' .. process, 1)
  redis.call('HDEL', key, 'c:' .. device)
  redis.call('HINCRBY', key, 'n', 1)
  redis.call('SADD', P .. 'proc:' .. process, user)
  redis.call('ZADD', P .. 'lease', 'NX', now, process) -- buried already? Then the sweep buries it again.
  schedule(device)
  return {'ok', facts()}

-- close: device, process, '1' for a goodbye
elseif op == 'close' then
  local device, process = ARGV[7], ARGV[8]
  local socket = 'k:' .. device .. ':' .. process
  if redis.call('HEXISTS', key, socket) == 0 then return {'ok', facts()} end
  if redis.call('HINCRBY', key, socket, -1) <= 0 then redis.call('HDEL', key, socket) end
  redis.call('HINCRBY', key, 'n', 1)
  local hash = redis.call('HGETALL', key)
  if not has_sockets(device, hash) then
    if ARGV[9] == '1' then
      forget(device, hash)
    else
      redis.call('HSET', key, 'c:' .. device, now)
      schedule(device)
    end
  end
  return {'ok', facts()}

-- drop: process, when its lease lapsed: its sockets of this user closed then
elseif op == 'drop' then
  local process, lapsed = ARGV[7], ARGV[8]
  local hash, changed = redis.call('HGETALL', key), false
  for i = 1, #hash, 2 do
    local device, holder = string.match(hash[i], '^k:([^:]*):(.+)$')
    if holder == process then
      redis.call('HDEL', key, hash[i])
      changed = true
      if not has_sockets(device, redis.call('HGETALL', key)) then
        local closed = tonumber(redis.call('HGET', key, 'c:' .. device) or '0')
        redis.call('HSET', key, 'c:' .. device, math.max(closed, tonumber(lapsed)))
        schedule(device)
      end
    end
  end
  if changed then redis.call('HINCRBY', key, 'n', 1) end
  redis.call('SREM', P .. 'proc:' .. process, user)
  return {'ok'}

-- bury (the "user" is a web process): forget it, if it holds no sockets any more
elseif op == 'bury' then
  if redis.call('SCARD', P .. 'proc:' .. user) == 0 then redis.call('ZREM', P .. 'lease', user) end
  return {'ok'}

-- renew (the "user" is a web process): until when. A lease that lapsed stays so: the process takes a new name.
elseif op == 'renew' then
  local lasts = redis.call('ZSCORE', P .. 'lease', user)
  if not lasts or tonumber(lasts) <= now then return {'lapsed'} end
  redis.call('ZADD', P .. 'lease', ARGV[7], user)
  return {'ok'}

-- read
elseif op == 'read' then
  if redis.call('EXISTS', key) == 0 then return {'unknown'} end
  return {'ok', facts()}

-- restored: epoch or '', a progress and what follows it, which is noted if epoch and progress are still these
elseif op == 'restored' then
  redis.call('SET', P .. 'epoch', string.format('%.0f', now), 'NX')
  local epoch, progress = redis.call('GET', P .. 'epoch'), redis.call('GET', P .. 'restored') or '0'
  if ARGV[7] == epoch and ARGV[8] == progress then
    progress = ARGV[9]
    redis.call('SET', P .. 'restored', progress)
  end
  return {epoch, progress}

-- load: rev, last epoch in SQL, last status in SQL, its time, last seen, how long after the beginning of the epoch a
-- stand-in keeps that status (ms) or '', choice expiry (ms, 0), number of copied fields, these as name and value, then
-- session and expiry in turn
elseif op == 'load' then
  local rev, old_epoch, count = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[14])
  local is_new = redis.call('EXISTS', key) == 0
  redis.call('SET', P .. 'epoch', string.format('%.0f', now), 'NX')
  -- The same rev is taken over again: a session in use gets a later expiry without one.
  if not is_new and tonumber(redis.call('HGET', key, 'rev')) > rev then return {'ok', facts()} end
  if is_new then
    local epoch = math.max(tonumber(redis.call('GET', P .. 'epoch')), old_epoch + 1)
    redis.call('HSET', key, 'epoch', string.format('%.0f', epoch), 'ver', 0, 'n', 0, 'st', ARGV[9],
               'at', ARGV[10], 'last', ARGV[11], 'seen', ARGV[11])
  end
  -- What others see beside the status: if that changed, the next decision tells it.
  local shown = {name = true, mail = true, full = true, text = true, pic = true, seen_ok = true}
  for i = 15, 14 + count, 2 do
    if not is_new and shown[ARGV[i]] and redis.call('HGET', key, ARGV[i]) ~= ARGV[i + 1] then
      redis.call('HSET', key, 'news', 1)
    end
  end
  redis.call('HSET', key, 'rev', rev, unpack(ARGV, 15, 14 + count))
  local live = {}
  for i = 15 + count, #ARGV, 2 do live[ARGV[i]] = ARGV[i + 1] end
  if is_new and ARGV[12] ~= '' then
    -- Redis was lost: whoever was here stays so until their clients had the time to beat again. That time runs from
    -- the loss, however late this user is asked for: a stand-in may be dead already, and the sweep tells it.
    local ghost_until = tonumber(redis.call('GET', P .. 'epoch')) + tonumber(ARGV[12])
    local oa = tonumber(redis.call('HGET', key, 'oa'))
    local beat = ghost_until - (oa > 0 and oa or default_offline_after)
    redis.call('HSET', key, 't:restored', 'api', 'x:restored', '', 'b:restored', string.format('%.0f', beat))
    if ARGV[9] ~= 'away' then redis.call('HSET', key, 'i:restored', string.format('%.0f', now)) end
    schedule('restored')
  end
  local hash = redis.call('HGETALL', key)
  for i = 1, #hash, 2 do
    local session = string.match(hash[i], '^s:(.*)$')
    if session and not live[session] then redis.call('HDEL', key, hash[i]) end
    local device = string.match(hash[i], '^x:(.*)$')
    if device and hash[i + 1] ~= '' and not live[hash[i + 1]] then forget(device, hash) end -- '': the stand-in
  end
  for session, expiry in pairs(live) do redis.call('HSET', key, 's:' .. session, expiry) end
  if tonumber(ARGV[13]) > 0 then
    redis.call('ZADD', P .. 'due', ARGV[13], user .. ':')
  else
    redis.call('ZREM', P .. 'due', user .. ':')
  end
  for _, device in ipairs(devices_of(redis.call('HGETALL', key))) do schedule(device) end
  redis.call('HINCRBY', key, 'n', 1)
  return {'ok', facts()}

-- settle: expected n, expected version, '' (nothing changed) or the new status, its version, since when, last
-- seen or '', history entry or '', length of the bus, bus entries
elseif op == 'settle' then
  local f = redis.call('HMGET', key, 'n', 'ver')
  if f[1] ~= ARGV[7] or f[2] ~= ARGV[8] then return {'stale'} end
  if ARGV[9] ~= '' then
    redis.call('HSET', key, 'st', ARGV[9], 'ver', ARGV[10], 'at', ARGV[11])
    redis.call('HDEL', key, 'news')
    if ARGV[12] ~= '' then redis.call('HSET', key, 'seen', ARGV[12]) end
    if ARGV[13] ~= '' then redis.call('XADD', P .. 'changes', '*', 'm', ARGV[13]) end
    for i = 15, #ARGV do redis.call('XADD', 'pulse:bus', 'MAXLEN', '~', ARGV[14], '*', 'm', ARGV[i]) end
  end
  local hash = redis.call('HGETALL', key)
  for _, device in ipairs(devices_of(hash)) do
    if not schedule(device) then
      if has_sockets(device, hash) then
        redis.call('ZREM', P .. 'due', user .. ':' .. device)
      else
        forget(device, hash)
      end
    end
  end
  local until_ = tonumber(redis.call('HGET', key, 'until') or '0')
  if until_ <= now then redis.call('ZREM', P .. 'due', user .. ':') end
  return {'ok'}
end

return redis.error_reply('unknown operation ' .. tostring(op))
