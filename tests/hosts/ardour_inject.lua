-- ardour_inject.lua FOLDER TRACK FRAMES LEFT RIGHT: puts a region of two mono float WAV files at the
-- start of a track of session "s" in a folder of that name. Ardour 7 has no import outside its
-- editor, so the region is written into the session's file.
local folder, track, frames = arg[1], arg[2], tonumber (arg[3])
local sides = {arg[4], arg[5]}
local rate, superclocks = 44100, 282240000
local length = frames * superclocks // rate

local function copy_file (from, to)
	local source, target = assert (io.open (from, "rb")), assert (io.open (to, "wb"))
	target:write (source:read ("a"))
	source:close ()
	target:close ()
end

local path = folder .. "/s.ardour"
local file = assert (io.open (path))
local xml = file:read ("a")
file:close ()

local id = tonumber (xml:match ('<Session[^>]* id%-counter="(%d+)"')) + 100
local function new_id ()
	id = id + 1
	return tostring (id)
end

local function element (name, attributes)
	local text = "<" .. name
	for key, value in pairs (attributes) do
		text = text .. string.format (' %s="%s"', key, value)
	end
	return text .. "/>"
end

-- Appends text to the content of the first element that opens with `head`.
local function append (head, name, text)
	local from, to = xml:find (head)
	assert (from, name)
	if xml:sub (to - 1, to) == "/>" then
		xml = xml:sub (1, to - 2) .. ">" .. text .. "</" .. name .. ">" .. xml:sub (to + 1)
	else
		local close = xml:find ("</" .. name .. ">", to, true)
		xml = xml:sub (1, close - 1) .. text .. xml:sub (close)
	end
end

local region = {
	name = "in", type = "audio", channels = "2", start = "a0", length = "a" .. length .. "@a0",
	opaque = "1", ["whole-file"] = "1", ["scale-amplitude"] = "1", ["default-fade-in"] = "0",
	["default-fade-out"] = "0", ["fade-in-active"] = "0", ["fade-out-active"] = "0",
	["envelope-active"] = "0", ["first-edit"] = "nothing", ["layering-index"] = "0",
	stretch = "1", shift = "1", ["sync-position"] = "a0", ["ancestral-start"] = "a0",
	["ancestral-length"] = "a0@a0",
}
for channel = 1, 2 do
	local name, source = "in-" .. channel .. ".wav", new_id ()
	copy_file (sides[channel], folder .. "/interchange/s/audiofiles/" .. name)
	append ("<Sources[^>]*>", "Sources", element ("Source", {
		name = name, id = source, type = "audio", channel = "0", flags = "", gain = "1",
		["natural-position"] = "a0", origin = "", ["take-id"] = "",
	}))
	region["source-" .. channel - 1] = source
	region["master-source-" .. channel - 1] = source
end
region.id = new_id ()
append ("<Regions[^>]*>", "Regions", element ("Region", region))
region.id, region.name, region["whole-file"] = new_id (), "in.1", "0"
append ('<Playlist [^>]*name="' .. track .. '[.%d]*"[^>]*>', "Playlist", element ("Region", region))
xml = xml:gsub ("<Location [^>]*IsSessionRange[^>]*/>", "")
append ("<Locations[^>]*>", "Locations", element ("Location", {
	id = new_id (), name = "session", start = "a0", ["end"] = "a" .. length,
	flags = "IsSessionRange", locked = "0", cue = "0", timestamp = "0",
}))
xml = xml:gsub ('( id%-counter=)"%d+"', '%1"' .. id + 10 .. '"', 1)

file = assert (io.open (path, "w"))
file:write (xml)
file:close ()
