-- wrk -s wrk.lua URL -- BODY-FILE [NAME VALUE]... ["" EACH-FILE]: sends the body
-- again and again, or GET requests if it is empty, each with the headers and those
-- of its line of EACH-FILE (name, tab, value, tab, …), and prints what came of it as
-- one line of JSON.

local each, next_line = nil, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local body = file:read("*a")
  file:close()
  if #body > 0 then
    wrk.method = "POST"
    wrk.body = body
    wrk.headers["Content-Type"] = "application/json"
  end
  for i = 2, #args, 2 do
    if args[i] == "" then
      each = {}
      for line in io.lines(args[i + 1]) do
        each[#each + 1] = line
      end
    else
      wrk.headers[args[i]] = args[i + 1]
    end
  end
  local plain = wrk.format()
  request = function()
    if not each then
      return plain
    end
    next_line = next_line % #each + 1
    for name, value in each[next_line]:gmatch("([^\t]+)\t([^\t]+)") do
      wrk.headers[name] = value
    end
    return wrk.format()
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"duration":%d,"bytes":%d,"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d,"p50":%d,"p95":%d,"p99":%d,"max":%d}\n',
    summary.requests, summary.duration, summary.bytes,
    errors.connect, errors.read, errors.write, errors.status, errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99), latency.max))
end
