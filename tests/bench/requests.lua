-- Requests for wrk that differ: paths in turn, bodies with a text of their own for {n}, Idempotency-Keys.
local function read(name)
  local file = assert(io.open(os.getenv(name), "r"))
  local text = file:read("*a")
  file:close()
  return text
end

local method, run, keyed = os.getenv("BENCH_METHOD"), os.getenv("BENCH_RUN"), os.getenv("BENCH_KEYED") ~= ""
local template, paths, n = read("BENCH_BODY"), {}, 0
for path in read("BENCH_PATHS"):gmatch("[^\n]+") do
  paths[#paths + 1] = path
end

function request()
  n = n + 1
  local this = run .. "-" .. n
  if keyed then
    wrk.headers["Idempotency-Key"] = "bench-" .. this
  end
  local body = nil
  if template ~= "" then
    body = template:gsub("{n}", this)
  end
  return wrk.format(method, paths[(n - 1) % #paths + 1], nil, body)
end
