// SPDX-License-Identifier: Apache-2.0
#include "report/strip.h"

#include <cairo-pdf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>

#ifdef __SANITIZE_ADDRESS__
// fontconfig keeps what it read of the fonts until the process ends, which is no leak that grows.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libfontconfig";
}
#endif

namespace cordon::report {

namespace {

// Lengths in millimetres; the page is turned so that they are its units.
constexpr double points_per_mm = 72 / 25.4;
constexpr double page_width = 297, page_height = 210, margin = 12;
constexpr double mm_per_second = 25, mm_per_millivolt = 10;
constexpr double row_width = 270;  // 10.8 s
constexpr double trace_height = 34;
constexpr double header_height = 34;

struct DestroySurface {
  void operator()(cairo_surface_t* s) const { cairo_surface_destroy(s); }
};
struct DestroyPen {
  void operator()(cairo_t* c) const { cairo_destroy(c); }
};
using Surface = std::unique_ptr<cairo_surface_t, DestroySurface>;
using Pen = std::unique_ptr<cairo_t, DestroyPen>;

cairo_status_t append(void* out, const unsigned char* bytes, unsigned int size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(static_cast<const void*>(bytes)), size);
  return CAIRO_STATUS_SUCCESS;
}

double seconds_between(WallTime from, WallTime to) {
  return std::chrono::duration<double>(to - from).count();
}

struct Words {
  std::string_view title, bed, not_named, times, scale, foot;
  std::array<std::string_view, 6> validity;  // by event::Validity; what is valid needs no word
};
Words words_of(Language language) {
  if (language == Language::french) {
    return {"Tracé",
            "Lit",
            "patient non nommé",
            "Heures UTC",
            "25 mm/s ; ECG 10 mm/mV ; autres tracés entre les valeurs indiquées",
            "Imprimé par Cordon, qui écoute les appareils. Pas de marquage CE : les alarmes au lit restent actives et "
            "font foi.",
            {"", "douteux", "étalonnage", "INVALIDE", "non mesuré", "DÉMO"}};
  }
  return {
      "Strip",
      "Bed",
      "patient not named",
      "Times UTC",
      "25 mm/s; ECG 10 mm/mV; other traces between the values shown",
      "Printed by Cordon, which listens to the devices. No CE mark: the bedside alarms stay on and are what counts.",
      {"", "doubtful", "calibrating", "INVALID", "not measured", "DEMO"}};
}

void text(cairo_t* pen, double x, double y, double size_mm, const std::string& words) {
  cairo_set_font_size(pen, size_mm);
  cairo_move_to(pen, x, y);
  cairo_show_text(pen, words.c_str());
}

void grid(cairo_t* pen, double x, double y, double width, double height) {
  for (const bool bold : {false, true}) {
    const double step = bold ? 5 : 1;
    cairo_set_source_rgb(pen, 1, bold ? 0.72 : 0.88, bold ? 0.72 : 0.88);
    cairo_set_line_width(pen, bold ? 0.18 : 0.08);
    for (double dx = 0; dx <= width + 1e-9; dx += step) {
      cairo_move_to(pen, x + dx, y);
      cairo_line_to(pen, x + dx, y + height);
    }
    for (double dy = 0; dy <= height + 1e-9; dy += step) {
      cairo_move_to(pen, x, y + dy);
      cairo_line_to(pen, x + width, y + dy);
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

Scale scale_of(const recorder::Track& track) {
  Scale out{0, mm_per_millivolt, std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()};
  for (const auto& piece : track.pieces) {
    for (const float sample : piece.samples) {
      if (!std::isfinite(sample)) continue;
      out.low = std::min(out.low, sample);
      out.high = std::max(out.high, sample);
    }
  }
  if (!(out.low <= out.high)) return {0, 1, 0, 0};
  const double middle = (static_cast<double>(out.low) + static_cast<double>(out.high)) / 2;
  const bool millivolts = track.channel.unit == "mV";
  if (millivolts || track.channel.unit == "uV") {
    if (!millivolts) out.mm_per_unit /= 1000;
    const double farthest = std::max(std::fabs(static_cast<double>(out.low)), std::fabs(static_cast<double>(out.high)));
    if (farthest * out.mm_per_unit > trace_height / 2) out.middle = middle;  // an electrode's offset is moved away
    return out;
  }
  const double span = std::max(static_cast<double>(out.high) - static_cast<double>(out.low), 1e-6);
  out.middle = middle;
  out.mm_per_unit = (trace_height - 6) / span;
  return out;
}

struct Row {
  double x, y;      // its left end, its middle
  double from, to;  // seconds after the strip's beginning
};

std::string_view word_of(Language language, event::Validity validity) {
  return words_of(language).validity.at(static_cast<std::size_t>(validity));
}

bool is_real(event::Validity validity) {
  return validity == event::Validity::valid || validity == event::Validity::questionable;
}

// name_piece writes over a piece what keeps it from being a trace of the patient.
void name_piece(cairo_t* pen, const StripRequest& request, const recorder::Track::Piece& piece, double begins,
                const Row& row) {
  const std::string word(word_of(request.language, piece.validity));
  const double x = row.x + std::max(0.0, begins - row.from) * mm_per_second;
  if (!word.empty() && begins < row.to) text(pen, x + 1, row.y - trace_height / 2 + 9, 4.5, word);
}

void trace(cairo_t* pen, const StripRequest& request, const recorder::Track& track, const Scale& scale,
           const Row& row) {
  cairo_set_source_rgb(pen, 0, 0, 0);
  cairo_set_line_width(pen, 0.25);
  for (const auto& piece : track.pieces) {
    const double begins = seconds_between(request.from, piece.at);
    const double ends = begins + static_cast<double>(piece.samples.size()) / track.rate_hz;
    if (ends > row.from) name_piece(pen, request, piece, begins, row);
    constexpr std::array<double, 2> broken{0.8, 1.2};
    cairo_set_dash(pen, broken.data(), is_real(piece.validity) ? 0 : static_cast<int>(broken.size()), 0);
    bool drawing = false;
    for (std::size_t i = 0; i < piece.samples.size(); ++i) {
      const double at = begins + static_cast<double>(i) / track.rate_hz;
      const bool shown = at >= row.from && at <= row.to && std::isfinite(piece.samples[i]);
      const double x = row.x + (at - row.from) * mm_per_second;
      const double above = (static_cast<double>(piece.samples[i]) - scale.middle) * scale.mm_per_unit;
      const double y = row.y - std::clamp(above, -trace_height / 2, trace_height / 2);
      if (shown && drawing) cairo_line_to(pen, x, y);
      if (shown && !drawing) cairo_move_to(pen, x, y);
      drawing = shown;
    }
    cairo_stroke(pen);
  }
  cairo_set_dash(pen, nullptr, 0, 0);
}

// age_of says in minutes how long before it was heard a value was measured, where that is a minute or more.
std::string age_of(const recorder::Track::Value& value) {
  const auto age = value.measured ? std::chrono::duration_cast<std::chrono::minutes>(value.at - *value.measured)
                                  : std::chrono::minutes(0);
  return age.count() < 1 ? "" : fmt::format(" (−{} min)", age.count());
}

std::string numeric_text(const recorder::Track::Value& value, const std::string& unit, Language language) {
  const bool shown = std::isfinite(value.value) && (is_real(value.validity) || value.validity == event::Validity::demo);
  const std::string word(word_of(language, value.validity));
  return (shown ? fmt::format("{:g} {}{}", value.value, unit, age_of(value)) : "–") + (word.empty() ? "" : " " + word);
}

std::string numerics_of(const StripRequest& request) {
  std::string out;
  for (const recorder::Track& track : request.tracks) {
    if (track.rate_hz > 0 || track.values.empty()) continue;
    const auto& value = track.values.front();
    out += fmt::format("{}{} {}", out.empty() ? "" : "   ", track.channel.label,
                       numeric_text(value, track.channel.unit, request.language));
  }
  return out;
}

void header(cairo_t* pen, const StripRequest& request, std::size_t sheet, std::size_t sheets) {
  const Words words = words_of(request.language);
  cairo_set_source_rgb(pen, 0, 0, 0);
  text(pen, margin, margin + 5, 5,
       fmt::format("{}  {} {}  {}", words.title, words.bed, request.bed,
                   request.patient.empty() ? std::string(words.not_named) : request.patient));
  text(pen, margin, margin + 11, 3.2,
       fmt::format("{}  {}   {}   {}: {} + {:g} s   {}/{}", request.hospital, request.unit, "", words.times,
                   to_iso(request.from), std::chrono::duration<double>(request.span).count(), sheet + 1, sheets));
  text(pen, margin, margin + 17, 3.2, numerics_of(request));
  text(pen, margin, margin + 22, 2.8, std::string(words.scale));
  text(pen, margin, page_height - 6, 2.8, std::string(words.foot));
}

std::vector<const recorder::Track*> waves_of(const StripRequest& request) {
  std::vector<const recorder::Track*> out;
  for (const recorder::Track& track : request.tracks) {
    if (track.rate_hz > 0 && out.size() < strip_traces_max) out.push_back(&track);
  }
  return out;
}

}  // namespace

Result<std::string> strip_pdf(const StripRequest& request) {
  if (request.span > strip_max || request.span <= Micros{}) return fail(ErrorCode::limit, "strip");
  std::string out;
  const Surface surface(
      cairo_pdf_surface_create_for_stream(append, &out, page_width * points_per_mm, page_height * points_per_mm));
  const Pen pen(cairo_create(surface.get()));
  cairo_scale(pen.get(), points_per_mm, points_per_mm);
  cairo_select_font_face(pen.get(), "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  const auto waves = waves_of(request);
  const double seconds = std::chrono::duration<double>(request.span).count();
  const double row_seconds = row_width / mm_per_second;
  const auto sheets = static_cast<std::size_t>(std::max(1.0, std::ceil(seconds / row_seconds)));
  for (std::size_t sheet = 0; sheet < sheets; ++sheet) {
    header(pen.get(), request, sheet, sheets);
    const double from = static_cast<double>(sheet) * row_seconds;
    for (std::size_t i = 0; i < waves.size(); ++i) {
      const double top = margin + header_height + static_cast<double>(i) * (trace_height + 4);
      const Scale scale = scale_of(*waves[i]);
      grid(pen.get(), margin, top, row_width, trace_height);
      trace(pen.get(), request, *waves[i], scale,
            {margin, top + trace_height / 2, from, std::min(from + row_seconds, seconds)});
      cairo_set_source_rgb(pen.get(), 0, 0, 0);
      text(pen.get(), margin + 1, top + 4, 3.2,
           fmt::format("{}  {:.4g}…{:.4g} {}", waves[i]->channel.label, scale.low, scale.high, waves[i]->channel.unit));
    }
    cairo_show_page(pen.get());
  }
  cairo_surface_finish(surface.get());
  if (cairo_status(pen.get()) != CAIRO_STATUS_SUCCESS || cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) {
    return fail(ErrorCode::io, "strip", EIO);
  }
  return out;
}

}  // namespace cordon::report
