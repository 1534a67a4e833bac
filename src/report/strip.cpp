// SPDX-License-Identifier: Apache-2.0
#include "report/strip.h"

#include <cairo.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <span>
#include <utility>

namespace cordon::report {

namespace {

// Lengths in millimetres; the page is turned so that they are its units.
constexpr double margin = 12;
constexpr double mm_per_second = 25, mm_per_millivolt = 10;
constexpr double row_width = 270;  // 10.8 s
constexpr double trace_height = 34;
constexpr double header_height = 34;
constexpr std::size_t traces_per_sheet = 4;
constexpr std::size_t lines_in_header = 2;  // of numbers
constexpr std::size_t lines_per_sheet = 34;
constexpr double line_height = 4.5;

double seconds_between(WallTime from, WallTime to) {
  return std::chrono::duration<double>(to - from).count();
}

struct Words {
  std::string_view title, bed, nobody, forgotten, erased, sealed, not_recorded, changed, begins, scale, none,
      unknown_doubts, numbers, foot;
};
Words words_of(Language language) {
  if (language == Language::french) {
    return {"Tracé",
            "Lit",
            "aucun patient inscrit à ce lit alors",
            "la station ne sait plus qui était à ce lit alors",
            "patient effacé du registre",
            "patient du registre non déchiffré",
            "patient inscrit, mais son nom n'a pas pu être gardé",
            "le patient du lit a changé pendant ce tracé",
            "début",
            "25 mm/s",
            "aucun tracé enregistré dans ce temps",
            "registre illisible : ce papier ne dit pas si un appareil était à confirmer",
            "toutes les valeurs : feuille {}",
            "Imprimé par Cordon, qui écoute les appareils. Pas de marquage CE : les alarmes au lit restent actives et "
            "font foi."};
  }
  return {
      "Strip",
      "Bed",
      "no patient was recorded at this bed then",
      "the station does not know any more who was at this bed then",
      "patient erased from the logbook",
      "patient of the logbook not deciphered",
      "a patient was recorded, but the name could not be kept",
      "the bed's patient changed during this strip",
      "begins",
      "25 mm/s",
      "no trace was recorded in this time",
      "logbook unreadable: this paper does not say whether a device was unconfirmed",
      "all numbers: sheet {}",
      "Printed by Cordon, which listens to the devices. No CE mark: the bedside alarms stay on and are what counts."};
}

void grid(cairo_t* pen, double x, double y, double width, double height) {
  for (const bool bold : {false, true}) {
    const double step = bold ? 5 : 1;
    cairo_set_source_rgb(pen, 1, bold ? 0.72 : 0.88, bold ? 0.72 : 0.88);
    cairo_set_line_width(pen, bold ? 0.18 : 0.08);
    for (int i = 0; i * step <= width + 1e-9; ++i) {
      cairo_move_to(pen, x + i * step, y);
      cairo_line_to(pen, x + i * step, y + height);
    }
    for (int i = 0; i * step <= height + 1e-9; ++i) {
      cairo_move_to(pen, x, y + i * step);
      cairo_line_to(pen, x + width, y + i * step);
    }
    cairo_stroke(pen);
  }
}

// Scale turns a sample into millimetres above the middle of its row.
struct Scale {
  double middle = 0;
  double mm_per_unit = 1;
  float low = 0, high = 0;
};

struct Range {
  std::uint32_t first, last;
};
constexpr Range ecg{131328, 131583};  // ISO/IEEE 11073-10101
constexpr Range eeg{153856, 154111};  // likewise

bool is_eeg(const event::Channel& channel) {
  return (channel.code >= eeg.first && channel.code <= eeg.last) || channel.label.find("EEG") != std::string::npos;
}

/// is_ecg: an EEG has microvolts too, and some tens of them; what is nothing that we know may be an ECG.
bool is_ecg(const event::Channel& channel) {
  return channel.unit == "mV" || (channel.unit == "uV" && !is_eeg(channel));
}

/// middle_of gives what the middle of `height` stands for, but for single bad samples: what half of them exceed, or as
/// near to it as lets the whole wave stand there. Of a wave that is too tall (an amplifier at its end for a second) it
/// is so of the part in which most samples are, where these are twice as many as in the middle.
double middle_of(std::vector<float> samples, double height) {
  std::ranges::sort(samples);
  const std::size_t aside = std::min(samples.size() / 500 + 1, (samples.size() - 1) / 2);
  const auto good = std::span(samples).subspan(aside, samples.size() - 2 * aside);
  const double middle = (static_cast<double>(good.front()) + static_cast<double>(good.back())) / 2;
  const auto within = [&](float sample) { return std::abs(static_cast<double>(sample) - middle) <= height / 2; };
  const auto there = static_cast<std::size_t>(std::ranges::count_if(good, within));
  auto most = good.first(1);
  for (std::size_t first = 0, end = 0; first < good.size(); ++first) {
    while (end < good.size() && static_cast<double>(good[end]) - static_cast<double>(good[first]) <= height) ++end;
    if (end - first > most.size()) most = good.subspan(first, end - first);
  }
  if (most.size() < good.size() && 2 * there >= most.size()) return middle;
  const double low = static_cast<double>(most.front()), high = static_cast<double>(most.back());
  return std::max(std::min(static_cast<double>(most[most.size() / 2]), low + height / 2), high - height / 2);
}

constexpr Range carbon{151708, 151728};

/// height_min is the least that a trace is stretched over, as on the screens (web/src/station/quantities.ts, trace.ts):
/// noise on a flat line must not look like a pulse. Where its unit says nothing it is a part of what is usual.
double height_min(const recorder::Track& track, const recorder::Heights& usual) {
  constexpr double usual_share = 0.25;
  const event::Channel& channel = track.channel;
  constexpr std::array<std::pair<std::string_view, double>, 6> by_unit{
      {{"uV", 100}, {"V", 0.001}, {"mm[Hg]", 20}, {"kPa", 3}, {"cm[H2O]", 10}, {"Ohm", 0.5}}};
  if (channel.unit == "%") return channel.code >= carbon.first && channel.code <= carbon.last ? 3 : 10;
  const auto* const found = std::ranges::find(by_unit, channel.unit, [](const auto& entry) { return entry.first; });
  if (found != by_unit.end()) return found->second;
  const auto height = usual.find({track.device, channel.handle});
  return height == usual.end() ? 0 : height->second * usual_share;
}

/// fill_row has a trace that is no ECG fill its row, but for bad samples where they would flatten the rest.
void fill_row(Scale& scale, std::vector<float> samples, double least) {
  constexpr std::size_t bad_max = 8;   // at each end: no breath, beat or cough is so short
  constexpr double flat_share = 0.25;  // of the row: less they must not leave to the rest
  double low = static_cast<double>(scale.low), high = static_cast<double>(scale.high);
  std::ranges::sort(samples);
  const std::size_t aside = std::min({samples.size() / 500 + 1, bad_max, (samples.size() - 1) / 2});
  const double rest_low = static_cast<double>(samples[aside]);
  const double rest_high = static_cast<double>(samples[samples.size() - 1 - aside]);
  const double rest = rest_high - rest_low;
  if (rest > 0 && std::max(rest, least) < (high - low) * flat_share) {
    low = rest_low;
    high = rest_high;
  }
  scale.middle = (low + high) / 2;
  scale.mm_per_unit = (trace_height - 6) / std::max({high - low, least, 1e-6});
}

Scale scale_of(const recorder::Track& track, const recorder::Heights& usual) {
  Scale out{0, mm_per_millivolt, 0, 0};
  std::vector<float> samples;
  for (const auto& piece : track.pieces) {
    std::ranges::copy_if(piece.samples, std::back_inserter(samples), [](float s) { return std::isfinite(s); });
  }
  if (samples.empty()) return {0, 1, 0, 0};
  out.low = std::ranges::min(samples);
  out.high = std::ranges::max(samples);
  if (is_ecg(track.channel)) {
    if (track.channel.unit == "uV") out.mm_per_unit /= 1000;
    const double farthest = std::max(std::fabs(static_cast<double>(out.low)), std::fabs(static_cast<double>(out.high)));
    if (farthest * out.mm_per_unit > trace_height / 2) {
      // An electrode's offset is moved away, and is not what one bad sample says.
      out.middle = middle_of(std::move(samples), trace_height / out.mm_per_unit);
    }
    return out;
  }
  fill_row(out, std::move(samples), height_min(track, usual));
  return out;
}

struct Row {
  double x, y;      // its left end, its middle
  double from, to;  // seconds after the strip's beginning
};

bool is_real(event::Validity validity) {
  return validity == event::Validity::valid || validity == event::Validity::questionable ||
         validity == event::Validity::unconfirmed;
}

/// marks_text says in words all that keeps a value or a trace from being believed; empty: nothing does.
std::string marks_text(Language language, event::Validity validity, bool doubted) {
  std::string out(doubted ? doubted_text(language) : "");
  const std::string_view word = validity_text(validity, language);
  if (!out.empty() && !word.empty()) out += ", ";
  return out += word;
}

bool in_doubt(const StripRequest& request, const std::string& device, WallTime at) {
  return std::ranges::any_of(
      request.doubts, [&](const auto& doubt) { return doubt.device == device && doubt.from <= at && at < doubt.to; });
}

/// Stretch is a part of a piece in which its device was in doubt, or was not, all the time.
struct Stretch {
  std::span<const float> samples;
  double begins = 0;  // seconds after the strip's beginning
  event::Validity validity = event::Validity::valid;
  bool doubted = false;
  bool plain() const { return is_real(validity) && !doubted; }
};

std::vector<Stretch> stretches_of(const StripRequest& request, const recorder::Track& track,
                                  const recorder::Track::Piece& piece) {
  const double begins = seconds_between(request.from, piece.at);
  const auto index_at = [&](WallTime at) {
    const double samples = std::ceil(seconds_between(piece.at, at) * track.rate_of(piece));
    return static_cast<std::size_t>(std::clamp(samples, 0.0, static_cast<double>(piece.samples.size())));
  };
  std::vector<std::size_t> borders{0, piece.samples.size()};
  for (const StripRequest::Doubt& doubt : request.doubts) {
    if (doubt.device != track.device) continue;
    borders.push_back(index_at(doubt.from));
    borders.push_back(index_at(doubt.to));
  }
  std::ranges::sort(borders);
  std::vector<Stretch> out;
  for (std::size_t i = 0; i + 1 < borders.size(); ++i) {
    if (borders[i] == borders[i + 1]) continue;
    const double after = static_cast<double>(borders[i]) / track.rate_of(piece);
    const WallTime at = piece.at + Micros(std::llround(after * 1e6));
    out.push_back({std::span(piece.samples).subspan(borders[i], borders[i + 1] - borders[i]), begins + after,
                   piece.validity, in_doubt(request, track.device, at)});
  }
  return out;
}

// name_stretch writes over a stretch what keeps it from being a trace of the patient.
void name_stretch(Paper& paper, const StripRequest& request, const Stretch& stretch, const Row& row) {
  const std::string word = marks_text(request.made.language, stretch.validity, stretch.doubted);
  const double x = row.x + std::max(0.0, stretch.begins - row.from) * mm_per_second;
  if (!word.empty() && stretch.begins < row.to) paper.text(x + 1, row.y - trace_height / 2 + 9, {.size = 4.5}, word);
}

void draw_stretch(cairo_t* pen, const Stretch& stretch, double rate_hz, const Scale& scale, const Row& row) {
  constexpr std::array<double, 2> broken{0.8, 1.2};
  cairo_set_dash(pen, broken.data(), stretch.plain() ? 0 : static_cast<int>(broken.size()), 0);
  bool drawing = false;
  for (std::size_t i = 0; i < stretch.samples.size(); ++i) {
    const double at = stretch.begins + static_cast<double>(i) / rate_hz;
    const bool shown = at >= row.from && at <= row.to && std::isfinite(stretch.samples[i]);
    const double x = row.x + (at - row.from) * mm_per_second;
    const double above = (static_cast<double>(stretch.samples[i]) - scale.middle) * scale.mm_per_unit;
    const double y = row.y - std::clamp(above, -trace_height / 2, trace_height / 2);
    if (shown && drawing) cairo_line_to(pen, x, y);
    if (shown && !drawing) cairo_move_to(pen, x, y);
    drawing = shown;
  }
  cairo_stroke(pen);
}

void trace(Paper& paper, const StripRequest& request, const recorder::Track& track, const Scale& scale,
           const Row& row) {
  cairo_t* pen = paper.pen();
  for (const auto& piece : track.pieces) {
    for (const Stretch& stretch : stretches_of(request, track, piece)) {
      const double ends = stretch.begins + static_cast<double>(stretch.samples.size()) / track.rate_of(piece);
      if (ends <= row.from) continue;
      name_stretch(paper, request, stretch, row);
      cairo_set_source_rgb(pen, 0, 0, 0);
      cairo_set_line_width(pen, 0.25);
      draw_stretch(pen, stretch, track.rate_of(piece), scale, row);
    }
  }
  cairo_set_dash(pen, nullptr, 0, 0);
}

// age_of says in minutes how long before it was heard a value was measured, where that is a minute or more.
std::string age_of(const recorder::Track::Value& value) {
  const auto age = value.measured ? std::chrono::duration_cast<std::chrono::minutes>(value.at - *value.measured)
                                  : std::chrono::minutes(0);
  return age.count() < 1 ? "" : fmt::format(" (−{} min)", age.count());
}

std::string numeric_text(const recorder::Track::Value& value, const std::string& unit, Language language,
                         bool doubted) {
  const bool shown = std::isfinite(value.value) && (is_real(value.validity) || value.validity == event::Validity::demo);
  const std::string word = marks_text(language, value.validity, doubted && shown);
  return (shown ? fmt::format("{} {}{}", number_text(value.value, language), unit, age_of(value)) : "–") +
         (word.empty() ? "" : " " + word);
}

/// numerics_of gives all numbers in lines, none torn between two.
std::vector<std::string> numerics_of(Paper& paper, const StripRequest& request, const Style& style) {
  std::vector<std::string> out;
  for (const recorder::Track& track : request.tracks) {
    if (track.rate_hz > 0 || track.values.empty()) continue;
    const auto& value = track.values.front();
    const std::string unit = unit_text(track.channel.unit, request.made.language);
    const std::string text =
        fmt::format("{} {}", track.channel.label,
                    numeric_text(value, unit, request.made.language, in_doubt(request, track.device, value.at)));
    const std::string longer = out.empty() ? "" : fmt::format("{}   {}", out.back(), text);
    if (!longer.empty() && paper.width(style, longer) <= row_width) {
      out.back() = longer;
      continue;
    }
    for (std::string& line : paper.wrapped(text, style, row_width)) out.push_back(std::move(line));
  }
  return out;
}

// scale_text says how far a unit reaches on this paper, as far as there is one, and between which values the trace is.
std::string scale_text(const recorder::Track& track, const Scale& scale, Language language) {
  const std::string unit = unit_text(track.channel.unit, language);
  const auto rounded = [&](double value) {
    const double step = std::pow(
        10,
        std::floor(std::log10(std::max(static_cast<double>(scale.high) - static_cast<double>(scale.low), 1e-6))) - 2);
    return number_text(std::round(value / step) * step, language);
  };
  const std::string span =
      fmt::format("{}…{} {}", rounded(static_cast<double>(scale.low)), rounded(static_cast<double>(scale.high)), unit);
  if (unit.empty()) return span;
  const double mm = scale.mm_per_unit;
  return fmt::format("{} mm/{}   {}",
                     number_text(mm < 1 ? std::round(mm * 1000) / 1000 : std::round(mm * 10) / 10, language), unit,
                     span);
}

// millivolt draws the mark by which ECG paper is read: 1 mV high, before the trace.
void millivolt(cairo_t* pen, const Row& row) {
  cairo_set_source_rgb(pen, 0, 0, 0);
  cairo_set_line_width(pen, 0.25);
  cairo_move_to(pen, row.x - 6, row.y + mm_per_millivolt / 2);
  cairo_line_to(pen, row.x - 5, row.y + mm_per_millivolt / 2);
  cairo_line_to(pen, row.x - 5, row.y - mm_per_millivolt / 2);
  cairo_line_to(pen, row.x - 2, row.y - mm_per_millivolt / 2);
  cairo_line_to(pen, row.x - 2, row.y + mm_per_millivolt / 2);
  cairo_line_to(pen, row.x - 1, row.y + mm_per_millivolt / 2);
  cairo_stroke(pen);
}

/// who_text says who lay there, or which reason there is to name nobody. What stands in brackets for a patient is
/// of app/patient_keys.h. The name policy of the screens is not asked: paper names patients (app/station_paper.h).
std::string who_text(const StripRequest& request, const Words& words) {
  if (!request.patient_known) return std::string(words.forgotten);
  if (request.patient_changed) return std::string(words.changed);
  if (request.patient.empty()) return std::string(words.nobody);
  if (request.patient == event::PatientOffer{"(erased)", "", "", ""}) return std::string(words.erased);
  if (request.patient == event::PatientOffer{"(sealed)", "", "", ""}) return std::string(words.sealed);
  if (request.patient == event::PatientOffer{"(not recorded)", "", "", ""}) return std::string(words.not_recorded);
  return person_text(request.patient, request.made.language);
}

/// Sheet is one sheet of the strip: four traces over some seconds, or the numbers that no header has room for.
struct Sheet {
  std::vector<const recorder::Track*> traces;
  double from = 0;                 // seconds after the strip's beginning
  std::vector<std::string> lines;  // of numbers
};

struct Sheets {
  std::vector<std::string> numbers;  // of the header
  std::size_t numbers_at = 0;        // the sheet that has all of them; 0: the header has
  std::vector<Sheet> all;
};

void header(Paper& paper, const StripRequest& request, const Sheets& sheets, std::size_t sheet) {
  const Words words = words_of(request.made.language);
  const Style small{.size = 3.2};
  const std::string who = fmt::format("{}   {} {}   {}", words.title, words.bed, request.bed, who_text(request, words));
  Style large{.size = 5, .bold = true};
  large.size *= std::min(1.0, (page_width - 2 * margin) / paper.width(large, who));  // no identifier ends at the edge
  paper.text(margin, margin + 5, large, who);
  paper.text(margin, margin + 11, small,
             fmt::format("{}  {}   {} {} {} ({}) + {} s   {}/{}", request.hospital, request.unit, words.begins,
                         day_text(request.from, request.made), clock_text(request.from, request.made.zone),
                         zone_text(request.made.zone),
                         number_text(std::chrono::duration<double>(request.span).count(), request.made.language),
                         sheet + 1, sheets.all.size()));
  double y = margin + 17;
  for (const std::string& line : sheets.numbers) {
    paper.text(margin, y, small, line);
    y += line_height;
  }
  if (sheets.numbers_at > 0) {
    paper.right_text(page_width - margin, margin + 11, {.size = 2.8, .bold = true},
                     fmt::format(fmt::runtime(words.numbers), sheets.numbers_at));
  }
  const std::string unknown = request.doubts_known ? "" : fmt::format("   {}", words.unknown_doubts);
  paper.text(margin, margin + 28, {.size = 2.8, .bold = true}, std::string(words.scale) + unknown);
  paper.text(margin, page_height - 6, {.size = 2.8}, std::string(words.foot));
  paper.right_text(page_width - margin, margin + 28, {.size = 2.8}, made_text(request.made));
}

/// place_of orders traces as the tiles do: ECG, pleth, arterial pressure, CO2, breath; then the rest.
std::size_t place_of(const recorder::Track* track) {
  constexpr std::array<Range, 5> order{{ecg, {150452, 150452}, {150016, 150039}, carbon, {151552, 151552}}};
  if (track->channel.unit == "mV") return 0;
  const std::uint32_t code = track->channel.code;
  const auto* const found = std::ranges::find_if(order, [&](Range r) { return code >= r.first && code <= r.last; });
  return static_cast<std::size_t>(found - order.begin());
}

std::vector<const recorder::Track*> waves_of(const StripRequest& request) {
  std::vector<const recorder::Track*> out;
  for (const recorder::Track& track : request.tracks) {
    if (track.rate_hz > 0) out.push_back(&track);
  }
  std::ranges::stable_sort(out, {}, place_of);
  return out;
}

/// sheets_of lays out all traces, four at a time from beginning to end, and what of the numbers finds no room above.
Sheets sheets_of(Paper& paper, const StripRequest& request) {
  Sheets out;
  const auto waves = waves_of(request);
  const double seconds = seconds_between(request.from, request.from + request.span);
  std::size_t i = 0;
  do {
    const std::size_t count = std::min(traces_per_sheet, waves.size() - i);
    const auto first = waves.begin() + static_cast<std::ptrdiff_t>(i);
    double from = 0;
    do {
      out.all.push_back({{first, first + static_cast<std::ptrdiff_t>(count)}, from, {}});
      from += row_width / mm_per_second;
    } while (from < seconds);
    i += count;
  } while (i < waves.size());
  out.numbers = numerics_of(paper, request, {.size = 3.2});
  if (out.numbers.size() <= lines_in_header) return out;
  out.numbers_at = out.all.size() + 1;
  for (std::size_t line = 0; line < out.numbers.size(); ++line) {
    if (line % lines_per_sheet == 0) out.all.emplace_back();
    out.all.back().lines.push_back(out.numbers[line]);
  }
  out.numbers.resize(lines_in_header);
  return out;
}

// row_of draws one trace of one sheet.
void row_of(Paper& paper, const StripRequest& request, const recorder::Track& track, const Row& row) {
  const Scale scale = scale_of(track, request.usual);
  const double top = row.y - trace_height / 2;
  grid(paper.pen(), row.x, top, row_width, trace_height);
  if (is_ecg(track.channel)) millivolt(paper.pen(), row);
  trace(paper, request, track, scale, row);
  paper.text(row.x + 1, top + 4, {.size = 3.2},
             fmt::format("{}   {}", track.channel.label, scale_text(track, scale, request.made.language)));
}

}  // namespace

Result<std::string> strip_pdf(const StripRequest& request) {
  if (request.span > strip_max || request.span <= Micros{}) return fail(ErrorCode::limit, "strip");
  Paper paper;
  const Sheets sheets = sheets_of(paper, request);
  const double seconds = seconds_between(request.from, request.from + request.span);
  for (std::size_t sheet = 0; sheet < sheets.all.size(); ++sheet) {
    const auto& [traces, from, lines] = sheets.all[sheet];
    header(paper, request, sheets, sheet);
    for (std::size_t i = 0; i < traces.size(); ++i) {
      const double middle = margin + header_height + static_cast<double>(i) * (trace_height + 4) + trace_height / 2;
      row_of(paper, request, *traces[i], {margin, middle, from, std::min(from + row_width / mm_per_second, seconds)});
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
      paper.text(margin, margin + header_height + static_cast<double>(i + 1) * line_height, {.size = 3.2}, lines[i]);
    }
    if (traces.empty() && lines.empty()) {
      paper.text(margin, margin + header_height + 6, {.size = 5}, std::string(words_of(request.made.language).none));
    }
    paper.turn();
  }
  return paper.finish();
}

}  // namespace cordon::report
