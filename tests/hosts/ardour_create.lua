-- ardour_create.lua FOLDER URI OUTS LATENCY: a session "s" with one track, the plugin on it, and a
-- master bus as wide as the plugin, wired channel to channel.
local folder, uri, outs, latency = arg[1], arg[2], tonumber (arg[3]), tonumber (arg[4])

local function expect (what, value, expected)
	print (what, value)
	assert (value == expected, what .. ": " .. tostring (value) .. " instead of " .. tostring (expected))
end

AudioEngine:set_backend ("None (Dummy)", "Silence", "")
assert (create_session (folder, "s", 44100), "no session")
local track
for t in Session:new_audio_track (2, outs, nil, 1, "T", ARDOUR.PresentationInfo.max_order,
                                  ARDOUR.TrackMode.Normal, true):iter () do
	track = t
end

local processor = ARDOUR.LuaAPI.new_plugin (Session, uri, ARDOUR.PluginType.LV2, "")
assert (not processor:isnil (), "Ardour does not find " .. uri)
assert (track:add_processor_by_index (processor, 0, nil, true) == 0, "Ardour refuses " .. uri)
local insert = processor:to_insert ()
expect ("natural inputs", insert:natural_input_streams ():n_audio (), 2)
expect ("natural outputs", insert:natural_output_streams ():n_audio (), outs)
expect ("instances", insert:get_count (), 1)
expect ("track outputs", track:n_outputs ():n_audio (), outs)

local audio = ARDOUR.DataType ("audio")
local pins = {}
for i = 0, outs - 1 do
	pins[i + 1] = insert:plugin (0):describe_io_port (audio, false, i).name
end
print ("output pins", table.concat (pins, ", "))
local expected = {"Main", "Vocals", "Drums", "Bass", "Other", "Harmonic", "Percussive"}
for i, pin in ipairs (pins) do
	local name = expected[(i + 1) // 2] .. (i % 2 == 1 and " Left" or " Right")
	assert (pin == name, pin .. " instead of " .. name)
end

ARDOUR.LuaAPI.wait_for_process_callback (20, 2000)
sleep (0.3)
expect ("plugin latency", insert:signal_latency (), latency)
expect ("track latency", track:signal_latency (), latency)
expect ("session latency", Session:worst_route_latency (), latency)

local master = Session:master_out ()
for _ = 3, outs do
	master:input ():add_port ("", nil, audio)
	master:output ():add_port ("", nil, audio)
end
for i = 0, outs - 1 do
	-- Ardour 8 stores the connections of both ends, and disconnects only the end that is asked.
	master:input ():audio (i):disconnect_all ()
	track:output ():audio (i):disconnect_all ()
	track:output ():audio (i):connect (master:input ():audio (i):name ())
end
for _, panner in ipairs {track:panner_shell (), master:panner_shell ()} do
	if not panner:isnil () then
		panner:set_bypassed (true)
	end
end
Session:save_state ("", false, false, false, false, false)
sleep (0.3)
Session:close ()
