// SPDX-License-Identifier: Apache-2.0
// What comes to the station from browsers and from disks: wishes, its configuration, entries of its logbook.
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "app/station_acts.h"
#include "app/station_config.h"
#include "app/station_journal.h"
#include "base/text.h"
#include "event/bedside_json.h"
#include "gateway/gateway.h"

using namespace cordon;

namespace {

void ask(std::string_view path, const std::string& body) {
  const auto input = app::act_input({std::string(path), body, "desk", "", WallTime{}});
  if (!input) return;
  const auto* placed = std::get_if<event::PatientPlaced>(&*input);
  if (placed == nullptr) return;
  const std::string& family = placed->patient.family;
  if (shown(family, gateway::device_text_bytes_max) != family || placed->by.size() > 128) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const std::string_view path : app::act_paths) ask(path, text);
  static_cast<void>(app::asker_of({"", text, "desk", "", WallTime{}}));

  logbook::Entry entry;
  entry.version = event::bedside_schema_version;
  entry.body = text;
  for (const char* kind : {"patient_placed", "alarm"}) {
    entry.kind = kind;
    static_cast<void>(app::key_of(entry));
    const auto read = app::event_of(entry, nullptr);
    if (read && app::entry_json(Sequence{1}, 1, *read).empty()) std::abort();
  }

  app::StationConfig config;
  std::vector<estate::Problem> problems;
  app::parse_station_config(text, "s.toml", config, problems);
  if (!problems.empty()) return 0;
  app::StationConfig again;
  app::parse_station_config(app::describe_station_config(config), "s.toml", again, problems);
  if (!problems.empty() || app::describe_station_config(again) != app::describe_station_config(config)) std::abort();
  return 0;
}
