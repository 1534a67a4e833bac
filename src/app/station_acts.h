// SPDX-License-Identifier: Apache-2.0
// StationActs: what people ask of the station (POST /act/…), from JSON to the input it becomes. Pure.
//   /act/acknowledge {"alarm":n,"seconds":60,"seen":"high"}   /act/over {"alarm":n}
//   /act/take-off {"device":"…","handle":"…"}
//   /act/pause {"bed":"R1" or "","seconds":0..120,"seen":n,"unplaced":true}: of what stands at no bed, with "bed":""
//   /act/assign {"device":"…","bed":"R1" or "","seen":"…","bed_seen":"…"}
//   /act/patient {"bed":"R1","patient":{"identifier","family","given","born"},"also_at":["R8"],"seen":"…"}, all empty:
//   the bed is free
//   /act/limit {"bed","code","unit","low"|null,"high"|null,"priority"}
// Each may carry "who": initials of at most who_letters_max letters. "seen" is what the page had shown: an alarm's
// gravest priority, the view's `change`, the `seen` of a device or a bed; without it everything is meant.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bedside/station.h"
#include "event/bedside.h"

namespace cordon::app {

constexpr std::size_t who_letters_max = 16;
constexpr std::size_t who_bytes_max = who_letters_max * 4;  // a letter of UTF-8 has at most four
constexpr std::size_t act_name_bytes_max = 256;             // of a device or a bed
constexpr std::size_t unit_bytes_max = 32;
constexpr std::size_t also_at_max = 128;  // beds of a unit (station_config.h)

inline constexpr std::array<std::string_view, 7> act_paths{
    "/act/acknowledge", "/act/over", "/act/take-off", "/act/pause", "/act/assign", "/act/patient", "/act/limit"};
inline constexpr std::string_view test_sound_path = "/act/test-sound";

/// signed_by gives "a.durand" or "desk (AD)"; nothing for initials that are too long or no line of text.
std::optional<std::string> signed_by(const std::string& by, const std::string& initials);

struct ActAsked {
  std::string path;
  std::string body;
  std::string by;  // who is signed in, or the own screen
  std::string session;
  WallTime at;
};

/// act_input gives what a wish becomes. `malformed` for anything that has another form.
Result<event::BedsideInput> act_input(const ActAsked& asked);

/// asker_of gives "a.durand" or "desk (AD)"; `malformed` for a body that has more than "who", or no initials in it.
/// For /act/test-sound.
Result<std::string> asker_of(const ActAsked& asked);

/// Refusal says why a wish led to nothing: a word for the page to look up, and where one field is the cause, which and
/// what to do about it. `beds`: where the patient lies already.
struct Refusal {
  std::string word;
  std::string field{};
  std::string remedy{};
  std::vector<std::string> beds{};
  friend bool operator==(const Refusal&, const Refusal&) = default;
};
Refusal refusal_of(const event::BedsideInput& wish, const bedside::Station& station);
std::string refusal_json(const Refusal& refusal);

}  // namespace cordon::app
