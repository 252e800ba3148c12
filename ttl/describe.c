/* SPDX-License-Identifier: ISC */
#include "ttl/describe.h"

#include "interface/uris.h"
#include "ttl/prose.h"
#include "ttl/turtle.h"
#include "ttl/words.h"

#include <string.h>

static const struct {
  const char *uri, *file, *name, *shortdesc, *documentation;
} about[N_VARIANTS] = {
    [VARIANT_STEMS] = {UNBRAID_URI, "unbraid.ttl", TEXT_STEMS_NAME, TEXT_STEMS_SHORTDESC,
                       TEXT_STEMS_DOCUMENTATION},
    [VARIANT_INSERT] = {UNBRAID_INSERT_URI, "insert.ttl", TEXT_INSERT_NAME, TEXT_INSERT_SHORTDESC,
                        TEXT_INSERT_DOCUMENTATION},
};

const char *describe_uri(enum variant v) {
  return about[v].uri;
}

const char *describe_ui_uri(enum variant v) {
  static const char *const uris[N_VARIANTS] = {
      [VARIANT_STEMS] = UNBRAID_UI_URI,
      [VARIANT_INSERT] = UNBRAID_INSERT_UI_URI,
  };
  return uris[v];
}

const char *describe_file(enum variant v) {
  return about[v].file;
}

/* lv2:name is English alone: Carla takes it first, by a lilv of 2016 whose lilv_world_get() gives
 * the literal that comes first in the alphabet, of whatever language. Ardour and Audacity ask for
 * rdfs:label, and for the player's language. */
static void group_names(FILE *out, const char *name) {
  turtle_next(out, 1, "lv2:name");
  turtle_literal(out, name);
  turtle_next(out, 1, "rdfs:label");
  words_write(out, name);
}

static void stereo_group(FILE *out, const char *symbol, const char *name, bool input) {
  fprintf(out, "<#%s>\n\ta pg:StereoGroup , %s", symbol,
          input ? "pg:InputGroup" : "pg:OutputGroup");
  turtle_next(out, 1, "lv2:symbol");
  turtle_literal(out, symbol);
  group_names(out, name);
  if (!input) {
    turtle_next(out, 1, "pg:source");
    fputs("<#in>", out);
  }
  /* Written out although the class implies it: Ardour before 2025-09 ignores the class and would
   * map both ports to channel 0. */
  turtle_next(out, 1, "pg:element");
  fputs("[ lv2:index 0 ; lv2:designation pg:left ] ,\n"
        "\t\t[ lv2:index 1 ; lv2:designation pg:right ] .\n\n",
        out);
}

static void fader_group(FILE *out, enum stem s) {
  fprintf(out, "<#%s_fader>\n\ta pg:Group ;\n\tlv2:symbol \"%s_fader\"", stem_symbols[s],
          stem_symbols[s]);
  group_names(out, stem_names[s]);
  fputs(" .\n\n", out);
}

static void groups(FILE *out, enum variant v) {
  stereo_group(out, "in", "In", true);
  stereo_group(out, "main", "Main", false);
  if (v == VARIANT_STEMS) {
    for (int s = 0; s < N_STEMS; s++) {
      stereo_group(out, stem_symbols[s], stem_names[s], false);
    }
  }
  for (int s = 0; s < N_STEMS; s++) {
    fader_group(out, (enum stem)s);
  }
}

static void properties(FILE *out, unsigned flags) {
  static const struct {
    unsigned flag;
    const char *property;
  } names[] = {
      {FLAG_TOGGLED, "lv2:toggled"},        {FLAG_INTEGER, "lv2:integer"},
      {FLAG_ENUM, "lv2:enumeration"},       {FLAG_OPTIONAL, "lv2:connectionOptional"},
      {FLAG_NOT_ON_GUI, "pprops:notOnGUI"}, {FLAG_LATENCY, "lv2:reportsLatency"},
  };
  bool first = true;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!(flags & names[i].flag)) {
      continue;
    }
    if (first) {
      turtle_next(out, 2, "lv2:portProperty");
    }
    fprintf(out, "%s%s", first ? "" : " , ", names[i].property);
    first = false;
  }
}

/* Not in other languages: lilv 0.26 has no use for a scale point with more than one label, and
 * drops it. */
static void scale_points(FILE *out, const struct scale_point *points, bool integer) {
  for (const struct scale_point *p = points; p && p->label; p++) {
    if (p == points) {
      turtle_next(out, 2, "lv2:scalePoint");
    } else {
      fputs(" ,\n\t\t\t", out);
    }
    fputs("[ rdfs:label ", out);
    turtle_literal(out, p->label);
    fputs(" ; rdf:value ", out);
    turtle_number(out, p->value, integer);
    fputs(" ]", out);
  }
}

static void control_values(FILE *out, const struct port_info *port) {
  const bool integer = port->flags & (FLAG_INTEGER | FLAG_TOGGLED);
  if (port->kind == KIND_CONTROL_IN) {
    turtle_next(out, 2, "lv2:default");
    turtle_number(out, port->initial, integer);
  }
  turtle_next(out, 2, "lv2:minimum");
  turtle_number(out, port->minimum, integer);
  turtle_next(out, 2, "lv2:maximum");
  turtle_number(out, port->maximum, integer);
  if (port->unit) {
    turtle_next(out, 2, "units:unit");
    fprintf(out, "units:%s", port->unit);
  }
  scale_points(out, port->points, integer);
}

static void atom_values(FILE *out, const struct port_info *port) {
  turtle_next(out, 2, "atom:bufferType");
  fputs("atom:Sequence", out);
  turtle_next(out, 2, "atom:supports");
  fputs("patch:Message", out);
  turtle_next(out, 2, "rsz:minimumSize");
  fprintf(out, "%u", port->bytes);
}

static void port(FILE *out, uint32_t index, const struct port_info *p) {
  static const char *const classes[] = {
      [KIND_AUDIO_IN] = "lv2:InputPort , lv2:AudioPort",
      [KIND_AUDIO_OUT] = "lv2:OutputPort , lv2:AudioPort",
      [KIND_CONTROL_IN] = "lv2:InputPort , lv2:ControlPort",
      [KIND_CONTROL_OUT] = "lv2:OutputPort , lv2:ControlPort",
      [KIND_ATOM_IN] = "lv2:InputPort , atom:AtomPort",
      [KIND_ATOM_OUT] = "lv2:OutputPort , atom:AtomPort",
  };
  fprintf(out, "[\n\t\ta %s", classes[p->kind]);
  turtle_next(out, 2, "lv2:index");
  fprintf(out, "%u", (unsigned)index);
  turtle_next(out, 2, "lv2:symbol");
  turtle_literal(out, p->symbol);
  turtle_next(out, 2, "lv2:name");
  words_write(out, p->name);
  turtle_next(out, 2, "lv2:shortName");
  words_write(out, p->short_name);
  turtle_next(out, 2, "rdfs:comment");
  words_write(out, p->comment);
  if (p->group) {
    turtle_next(out, 2, "pg:group");
    fprintf(out, "<#%s>", p->group);
  }
  if (p->designation) {
    turtle_next(out, 2, "lv2:designation");
    fputs(p->designation, out);
  }
  if (p->kind == KIND_CONTROL_IN || p->kind == KIND_CONTROL_OUT) {
    control_values(out, p);
  }
  if (p->kind == KIND_ATOM_IN || p->kind == KIND_ATOM_OUT) {
    atom_values(out, p);
  }
  properties(out, p->flags);
  if (p->priority) {
    turtle_next(out, 2, "pprops:displayPriority");
    fprintf(out, "%d", p->priority);
  }
  fputs("\n\t]", out);
}

/* The model files, which hosts offer to choose and save with the session. */
static void parameters(FILE *out) {
  static const struct {
    const char *uri, *label, *comment;
  } files[] = {
      {UNBRAID__model_four, TEXT_MODEL_FOUR, TEXT_MODEL_FOUR_COMMENT},
      {UNBRAID__model_hp, TEXT_MODEL_HP, TEXT_MODEL_HP_COMMENT},
  };
  /* Not among the vocabularies that come with LV2; hosts read it all the same. */
  fputs(
      "mod:fileTypes\n\ta rdf:Property , owl:DatatypeProperty ;\n\trdfs:label \"file types\" .\n\n",
      out);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    fprintf(out, "<%s>\n\ta lv2:Parameter", files[i].uri);
    turtle_next(out, 1, "rdfs:label");
    words_write(out, files[i].label);
    turtle_next(out, 1, "rdfs:comment");
    words_write(out, files[i].comment);
    turtle_next(out, 1, "rdfs:range");
    fputs("atom:Path", out);
    turtle_next(out, 1, "mod:fileTypes");
    fputs("\"safetensors\" .\n\n", out);
  }
}

static void rights(FILE *out) {
  turtle_next(out, 1, "doap:license");
  fputs("<" TEXT_LICENSE ">", out);
  turtle_next(out, 1, "doap:maintainer");
  fputs("[\n\t\ta foaf:Person ;\n\t\tfoaf:name ", out);
  turtle_literal(out, TEXT_MAINTAINER);
  fputs("\n\t]", out);
}

/* Not among the vocabularies that come with LV2 either. */
static void inline_display(FILE *out) {
  fputs("inline:queue_draw\n\ta lv2:Feature .\n\ninline:interface\n\ta lv2:ExtensionData .\n\n",
        out);
}

/* The window, and what it wants to be told besides the control inputs. */
static void window(FILE *out, enum variant v) {
  static const struct {
    enum port port;
    const char *protocol;
  } notifications[] = {{PORT_LATENCY, "ui:floatProtocol"},
                       {PORT_LATE_FRAMES, "ui:floatProtocol"},
                       {PORT_NOTIFY, "atom:eventTransfer"}};
  fprintf(out, "\n<%s>\n\ta ui:X11UI", describe_ui_uri(v));
  turtle_next(out, 1, "lv2:requiredFeature");
  fputs("ui:idleInterface , ui:parent", out);
  turtle_next(out, 1, "lv2:optionalFeature");
  fputs("urid:map , opts:options , ui:resize , ui:touch , ui:requestValue", out);
  turtle_next(out, 1, "lv2:extensionData");
  fputs("ui:idleInterface , ui:resize", out);
  turtle_next(out, 1, "opts:supportedOption");
  fputs("param:sampleRate , ui:scaleFactor", out);
  for (size_t i = 0; i < sizeof notifications / sizeof *notifications; i++) {
    if (i == 0) {
      turtle_next(out, 1, "ui:portNotification");
    } else {
      fputs(" , ", out);
    }
    fprintf(out, "[\n\t\tui:plugin <%s>", about[v].uri);
    turtle_next(out, 2, "lv2:symbol");
    turtle_literal(out, port_table[notifications[i].port].symbol);
    turtle_next(out, 2, "ui:protocol");
    fprintf(out, "%s\n\t]", notifications[i].protocol);
  }
  fputs(" .\n", out);
}

void describe_plugin(FILE *out, enum variant v, bool ui) {
  fputs(TEXT_PREFIXES, out);
  groups(out, v);
  parameters(out);
  inline_display(out);

  fprintf(out, "<" TEXT_PROJECT ">\n\ta doap:Project");
  turtle_next(out, 1, "doap:name");
  turtle_literal(out, TEXT_STEMS_NAME);
  rights(out);
  fputs(" .\n\n", out);

  fprintf(out, "<%s>\n\ta lv2:Plugin , lv2:SpectralPlugin , doap:Project", about[v].uri);
  turtle_next(out, 1, "doap:name");
  turtle_literal(out, about[v].name);
  turtle_next(out, 1, "doap:shortdesc");
  words_write(out, about[v].shortdesc);
  rights(out);
  turtle_next(out, 1, "lv2:project");
  fputs("<" TEXT_PROJECT ">", out);
  turtle_next(out, 1, "lv2:documentation");
  words_write(out, about[v].documentation);
  /* Nothing is required: hosts that pass no features at all still load the plugin. */
  turtle_next(out, 1, "lv2:optionalFeature");
  fputs("lv2:hardRTCapable , urid:map , opts:options , log:log , state:threadSafeRestore ,\n"
        "\t\tstate:mapPath , state:freePath , inline:queue_draw",
        out);
  turtle_next(out, 1, "lv2:extensionData");
  fputs("state:interface , inline:interface", out);
  turtle_next(out, 1, "patch:writable");
  fputs("<" UNBRAID__model_four "> , <" UNBRAID__model_hp ">", out);
  turtle_next(out, 1, "opts:supportedOption");
  fputs("bufsz:nominalBlockLength , bufsz:maxBlockLength", out);
  turtle_next(out, 1, "pg:mainInput");
  fputs("<#in>", out);
  turtle_next(out, 1, "pg:mainOutput");
  fputs("<#main>", out);
  if (ui) {
    turtle_next(out, 1, "ui:ui");
    fprintf(out, "<%s>", describe_ui_uri(v));
  }
  turtle_next(out, 1, "lv2:port");
  for (uint32_t i = 0; i < ports_count(v); i++) {
    if (i > 0) {
      fputs(" , ", out);
    }
    port(out, i, &port_table[ports_from_variant(v, i)]);
  }
  fputs(" .\n", out);
  if (ui) {
    window(out, v);
  }
}
