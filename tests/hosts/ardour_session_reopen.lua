-- ardour_session_reopen.lua FOLDER LATENCY: opens the session that ardour_session_create.lua made, says what
-- it finds, and saves it again.
dofile ("tests/hosts/ardour_session_values.lua")
AudioEngine:set_backend ("None (Dummy)", "Silence", "")
assert (load_session (arg[1], "s"), "no session")
local set = Session:route_by_name ("Set")
wait_for_latency (set:nth_plugin (0):to_insert (), tonumber (arg[2]))
print_values (set)
Session:save_state ("", false, false, false, false, false)
sleep (0.3)
Session:close ()
