-- Shared by the session scripts: the plugin's controls, as numbers of ports and as text.

-- The input controls that a player sets: all but the one that the host sets when it exports.
function controls (insert)
	local plugin, ports = insert:plugin (0), {}
	for port = 0, plugin:parameter_count () - 1 do
		if plugin:parameter_is_control (port) and plugin:parameter_is_input (port) and
			plugin:parameter_label (port) ~= "Freewheel" then
			ports[#ports + 1] = port
		end
	end
	return ports
end

function port_of (processor, label)
	local insert = processor:to_insert ()
	for _, port in ipairs (controls (insert)) do
		if insert:plugin (0):parameter_label (port) == label then
			return port
		end
	end
	error (label)
end

-- Ardour's Lua numbers the controls alone, inputs and outputs.
function nth_control (processor, port)
	local plugin, n = processor:to_insert ():plugin (0), 0
	for before = 0, port - 1 do
		n = n + (plugin:parameter_is_control (before) and 1 or 0)
	end
	return n
end

-- Waits until the models that were asked for play: their latency tells.
function wait_for_latency (insert, latency)
	for _ = 1, 50 do
		if insert:signal_latency () == latency then
			return
		end
		ARDOUR.LuaAPI.wait_for_process_callback (20, 2000)
		sleep (0.1)
	end
	error ("latency " .. insert:signal_latency () .. " instead of " .. latency)
end

-- What has to be the same after the session was closed, one line each.
function print_values (track)
	local processor = track:nth_plugin (0)
	local insert = processor:to_insert ()
	local audio = ARDOUR.DataType ("audio")
	for _, port in ipairs (controls (insert)) do
		local value = ARDOUR.LuaAPI.get_processor_param (processor, nth_control (processor, port), false)
		print (string.format ("value %s = %.6g", insert:plugin (0):parameter_label (port), value))
	end
	print ("value latency = " .. insert:signal_latency ())
	for pin = 0, 13 do
		print ("value pin " .. pin .. " = " .. insert:output_map (0):get (audio, pin))
	end
end
