-- ardour_session_create.lua FOLDER MODEL_FOLDER: a session "s" as a player makes it. Track "Stems" has
-- the plugin, a stereo bus for main and each stem, an automated mute and wet; the master bus takes the
-- busses side by side. Track "Set" has every control away from its default, files of its own as
-- models (copied into the session), and pins that bring the vocals alone to its two outputs.
dofile ("tests/hosts/ardour_session_values.lua")
local folder, models = arg[1], arg[2]
local audio = ARDOUR.DataType ("audio")
local last = ARDOUR.PresentationInfo.max_order

AudioEngine:set_backend ("None (Dummy)", "Silence", "")
assert (create_session (folder, "s", 44100), "no session")

local function new_track (name, outputs)
	for t in Session:new_audio_track (2, outputs, nil, 1, name, last, ARDOUR.TrackMode.Normal, true):iter () do
		return t
	end
end

local function add_plugin (track)
	local p = ARDOUR.LuaAPI.new_plugin (Session, "urn:unbraid:unbraid", ARDOUR.PluginType.LV2, "")
	assert (not p:isnil (), "Ardour does not find the plugin")
	assert (track:add_processor_by_index (p, 0, nil, true) == 0, "Ardour refuses the plugin")
	return p
end

local function bypass_panner (route)
	if not route:panner_shell ():isnil () then
		route:panner_shell ():set_bypassed (true)
	end
end

local stems, set = new_track ("Stems", 14), new_track ("Set", 2)
set:set_strict_io (true)
local plugin, all = add_plugin (stems), add_plugin (set)
local busses = {}
for i, name in ipairs {"Main", "Vocals", "Drums", "Bass", "Other", "Harmonic", "Percussive"} do
	for bus in Session:new_audio_route (2, 2, nil, 1, name, ARDOUR.PresentationInfo.Flag.AudioBus, last):iter () do
		busses[i] = bus
	end
end
local master = Session:master_out ()
for _ = 3, 14 do
	master:input ():add_port ("", nil, audio)
	master:output ():add_port ("", nil, audio)
end
sleep (0.5) -- a thread of Ardour's connects new tracks and busses to the master

-- Stems to busses, busses to the master.
bypass_panner (stems)
bypass_panner (master)
for i, bus in ipairs (busses) do
	bypass_panner (bus)
	for side = 0, 1 do
		local pin = 2 * (i - 1) + side
		stems:output ():audio (pin):disconnect_all ()
		bus:output ():audio (side):disconnect_all ()
		assert (stems:output ():audio (pin):connect (bus:input ():audio (side):name ()) == 0)
		assert (bus:output ():audio (side):connect (master:input ():audio (pin):name ()) == 0)
	end
end
for side = 0, set:n_outputs ():n_audio () - 1 do
	set:output ():audio (side):disconnect_all ()
end

-- At 0.6 s the vocals are muted, at 1.2 s they come back; from 1.5 s on the drums' wet is 0 %.
local function automate (port, points)
	local _, list, _ = ARDOUR.LuaAPI.plugin_automation (plugin, nth_control (plugin, port))
	for _, point in ipairs (points) do
		list:add (Temporal.timepos_t (math.floor (44100 * point[1])), point[2], false, false)
	end
	plugin:to_automatable ():automation_control (
		Evoral.Parameter (ARDOUR.AutomationType.PluginAutomation, 0, port), true):set_automation_state (ARDOUR.AutoState.Play)
end
automate (port_of (plugin, "Vocals Mute"), {{0, 0}, {0.6, 1}, {1.2, 0}, {2, 0}})
automate (port_of (plugin, "Drums Wet"), {{0, 100}, {1.49, 100}, {1.5, 0}, {2, 0}})

-- Everything away from its default; the models last, as choosing a quality forgets files.
local insert = all:to_insert ()
set:customize_plugin_insert (all, 1, ARDOUR.ChanCount (audio, 2), ARDOUR.ChanCount (audio, 2))
local pins = ARDOUR.ChanMapping ()
pins:set (audio, 2, 0)
pins:set (audio, 3, 1)
insert:set_output_map (0, pins)
for i, port in ipairs (controls (insert)) do
	local _, d = insert:plugin (0):get_parameter_descriptor (port, ARDOUR.ParameterDescriptor ())
	local low, high, normal = d[2].lower, d[2].upper, d[2].normal
	local value = (d[2].toggled or d[2].integer_step) and low + high - normal or
		low + (high - low) * i / 64
	assert (value ~= normal and ARDOUR.LuaAPI.set_processor_param (all, nth_control (all, port), value))
end
sleep (0.5)
os.execute (string.format ("mkdir '%s/models' && cp '%s/bandgru-tiny.safetensors' '%s/mdensenet-tiny.safetensors' '%s/models'",
                           folder, models, models, folder))
local preset = insert:plugin (0):preset_by_label ("Own models")
assert (preset.valid and insert:plugin (0):load_preset (preset), "no preset with a state")
wait_for_latency (insert, tonumber (arg[3]))
print_values (set)
Session:save_state ("", false, false, false, false, false)
sleep (0.3)
Session:close ()
