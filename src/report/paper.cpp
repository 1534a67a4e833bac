// SPDX-License-Identifier: Apache-2.0
#include "report/paper.h"

#include <cairo-pdf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/french.h"
#include "base/number.h"
#include "base/text.h"

#ifdef CORDON_SANITIZED
// fontconfig keeps what it read of the fonts until the process ends, which is no leak that grows.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libfontconfig";
}
#endif

namespace cordon::report {

namespace {

constexpr double points_per_mm = 72 / 25.4;
constexpr std::size_t line_bytes_max = 4096;

struct DestroySurface {
  void operator()(cairo_surface_t* s) const { cairo_surface_destroy(s); }
};
struct DestroyPen {
  void operator()(cairo_t* c) const { cairo_destroy(c); }
};

cairo_status_t append(void* out, const unsigned char* bytes, unsigned int size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(static_cast<const void*>(bytes)), size);
  return CAIRO_STATUS_SUCCESS;
}

struct Letter {
  std::string bytes;
  char32_t code = 0;
};

/// letters_of takes sound UTF-8 apart.
std::vector<Letter> letters_of(const std::string& words) {
  std::vector<Letter> out;
  for (const char c : words) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U || out.empty()) {
      const unsigned mask = byte < 0x80 ? 0x7FU : byte < 0xE0 ? 0x1FU : byte < 0xF0 ? 0x0FU : 0x07U;
      out.push_back({std::string(1, c), byte & mask});
    } else {
      out.back().bytes += c;
      out.back().code = (out.back().code << 6U) | (byte & 0x3FU);
    }
  }
  return out;
}

bool in(char32_t code, char32_t first, char32_t last) {
  return code >= first && code <= last;
}

/// from_the_right: Hebrew, Arabic, Syriac, Thaana and their forms.
bool from_the_right(char32_t code) {
  return in(code, 0x590, 0x8FF) || in(code, 0xFB1D, 0xFDFF) || in(code, 0xFE70, 0xFEFF);
}

/// upon_the_last: a mark that stands over or under the letter before it.
bool upon_the_last(char32_t code) {
  return in(code, 0x300, 0x36F) || in(code, 0x591, 0x5C7) || in(code, 0x64B, 0x65F) || code == 0x670;
}

/// in_reading_order turns what is written from the right around, since each line is drawn from the left.
std::string in_reading_order(const std::vector<Letter>& letters) {
  std::string out;
  for (std::size_t i = 0; i < letters.size();) {
    if (!from_the_right(letters[i].code)) {
      out += letters[i++].bytes;
      continue;
    }
    std::size_t end = i;
    for (std::size_t k = i; k < letters.size() && (from_the_right(letters[k].code) || letters[k].code == ' '); ++k) {
      if (letters[k].code != ' ') end = k + 1;
    }
    std::string turned;
    for (std::size_t k = i; k < end;) {
      std::string letter = letters[k++].bytes;
      while (k < end && upon_the_last(letters[k].code)) letter += letters[k++].bytes;
      turned.insert(0, letter);
    }
    out += turned;
    i = end;
  }
  return out;
}

std::chrono::minutes absolute(std::chrono::minutes span) {
  return span < std::chrono::minutes{} ? -span : span;
}

}  // namespace

struct Paper::State {
  std::string out;
  std::unique_ptr<cairo_surface_t, DestroySurface> surface;
  std::unique_ptr<cairo_t, DestroyPen> pen;
};

Paper::Paper() : state_(std::make_unique<State>()) {
  state_->surface.reset(cairo_pdf_surface_create_for_stream(append, &state_->out, page_width * points_per_mm,
                                                            page_height * points_per_mm));
  state_->pen.reset(cairo_create(state_->surface.get()));
  cairo_scale(pen(), points_per_mm, points_per_mm);
}

Paper::~Paper() = default;

cairo_t* Paper::pen() const {
  return state_->pen.get();
}

void Paper::use(const Style& style) {
  cairo_select_font_face(pen(), "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                         style.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(pen(), style.size);
  cairo_set_source_rgb(pen(), style.grey, style.grey, style.grey);
}

/// drawable gives what can be drawn as it stands: one line, from the left, each letter in the font.
std::string Paper::drawable(const std::string& words) {
  std::vector<Letter> letters = letters_of(shown(words, line_bytes_max));
  cairo_scaled_font_t* const font = cairo_get_scaled_font(pen());
  for (Letter& letter : letters) {
    if (letter.code < 0x80) continue;
    cairo_glyph_t* glyphs = nullptr;
    int count = 0;
    const auto status =
        cairo_scaled_font_text_to_glyphs(font, 0, 0, letter.bytes.data(), static_cast<int>(letter.bytes.size()),
                                         &glyphs, &count, nullptr, nullptr, nullptr);
    const bool has = status == CAIRO_STATUS_SUCCESS && count > 0 && glyphs[0].index != 0;
    cairo_glyph_free(glyphs);
    if (!has) letter = {fmt::format("[U+{:04X}]", static_cast<std::uint32_t>(letter.code)), U'['};
  }
  return in_reading_order(letters);
}

void Paper::text(double x, double y, const Style& style, const std::string& words) {
  use(style);
  cairo_move_to(pen(), x, y);
  cairo_show_text(pen(), drawable(words).c_str());
}

void Paper::right_text(double x, double y, const Style& style, const std::string& words) {
  text(x - width(style, words), y, style, words);
}

double Paper::width(const Style& style, const std::string& words) {
  use(style);
  cairo_text_extents_t extents;
  cairo_text_extents(pen(), drawable(words).c_str(), &extents);
  return extents.x_advance;
}

std::vector<std::string> Paper::wrapped(const std::string& words, const Style& style, double width_mm) {
  std::vector<std::string> out;
  std::string line;
  const auto begin_line = [&] {
    if (!line.empty()) out.push_back(std::move(line));
    line.clear();
  };
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t blank = std::min(words.find(' ', at), words.size());
    const std::string word = words.substr(at, blank - at);
    at = blank + 1;
    if (word.empty()) continue;
    if (!line.empty() && width(style, fmt::format("{} {}", line, word)) > width_mm) begin_line();
    if (!line.empty()) line += " ";
    if (width(style, line + word) <= width_mm) {
      line += word;
      continue;
    }
    for (const Letter& letter : letters_of(word)) {  // longer than a line by itself
      if (!line.empty() && width(style, line + letter.bytes) > width_mm) begin_line();
      line += letter.bytes;
    }
  }
  begin_line();
  return out;
}

void Paper::turn() {
  cairo_show_page(pen());
}

Result<std::string> Paper::finish() {
  cairo_surface_finish(state_->surface.get());
  if (cairo_status(pen()) != CAIRO_STATUS_SUCCESS ||
      cairo_surface_status(state_->surface.get()) != CAIRO_STATUS_SUCCESS) {
    return fail(ErrorCode::io, "paper", EIO);
  }
  return std::move(state_->out);
}

std::string born_text(const std::string& born, Language language) {
  const auto digit = [&](std::size_t i) { return born[i] >= '0' && born[i] <= '9'; };
  const bool day = born.size() == 10 && born[4] == '-' && born[7] == '-' && digit(0) && digit(5) && digit(8);
  if (!day || language == Language::english) return born;
  return fmt::format("{}/{}/{}", born.substr(8, 2), born.substr(5, 2), born.substr(0, 4));
}

std::string person_text(const event::PatientOffer& patient, Language language) {
  std::string out = patient.family;
  const auto add = [&out](const std::string& part, const char* between) {
    if (!part.empty()) out += (out.empty() ? "" : between) + part;
  };
  add(patient.given, " ");
  add(born_text(patient.born, language), " · ");
  add(patient.identifier, " · ");
  return out;
}

std::string clock_text(WallTime at, std::chrono::minutes zone) {
  return to_iso(at + zone).substr(11, 8);
}

std::string day_text(WallTime at, const Made& made) {
  return born_text(to_iso(at + made.zone).substr(0, 10), made.language);
}

std::string zone_text(std::chrono::minutes zone) {
  const auto whole = absolute(zone);
  return zone.count() == 0
             ? "UTC"
             : fmt::format("UTC{}{:02}:{:02}", zone.count() < 0 ? "−" : "+", whole.count() / 60, whole.count() % 60);
}

std::string made_text(const Made& made) {
  const bool french = made.language == Language::french;
  const std::string by = made.by.empty() ? "" : (french ? " par " : " by ") + made.by;
  return fmt::format("{} {} {} ({}){}", french ? "Imprimé le" : "Printed on", day_text(made.at, made),
                     clock_text(made.at, made.zone), zone_text(made.zone), by);
}

std::string number_text(double value, Language language) {
  if (!std::isfinite(value)) return "–";
  return decimal(value, language == Language::french ? french_numbers() : std::locale::classic());
}

std::string_view validity_text(event::Validity validity, Language language) {
  struct Word {
    std::string_view french, english;
  };
  constexpr std::array<Word, 7> words{{{"", ""},  // by event::Validity; what is valid needs no word
                                       {"douteux", "doubtful"},
                                       {"étalonnage", "calibrating"},
                                       {"INVALIDE", "INVALID"},
                                       {"non mesuré", "not measured"},
                                       {"DÉMO", "DEMO"},
                                       {"non sûr", "unsure"}}};
  const Word& word = words.at(static_cast<std::size_t>(validity));
  return language == Language::french ? word.french : word.english;
}

std::string_view doubted_text(Language language) {
  return language == Language::french ? "à confirmer" : "unconfirmed";
}

namespace {

/// with_micro writes UCUM's u for a millionth as µ: before what is measured in such, so that no word of a device is
/// changed.
std::string with_micro(const std::string& unit) {
  constexpr std::array<std::string_view, 13> parted{"g", "mol", "m", "L",  "l",  "s", "V",
                                                    "A", "C",   "U", "IU", "UI", "eq"};
  std::string out;
  for (std::size_t from = 0; from < unit.size();) {
    const std::size_t to = std::min(unit.find_first_of("/.", from), unit.size());
    const auto part = std::string_view(unit).substr(from, to - from);
    const bool is_micro = part.starts_with('u') && std::ranges::find(parted, part.substr(1)) != parted.end();
    if (is_micro) out += "\xc2\xb5";
    out += part.substr(is_micro ? 1 : 0);
    if (to < unit.size()) out += unit[to];
    from = to + 1;
  }
  return out;
}

}  // namespace

std::string unit_text(std::string ucum, Language language) {
  if (ucum == "Cel") return "°C";
  if (ucum == "[degF]") return "°F";
  if (ucum == "1") return "";
  for (const std::string_view international : {"[iU]", "[IU]"}) {
    for (std::size_t at = 0; (at = ucum.find(international, at)) != std::string::npos;) {
      ucum.replace(at, international.size(), language == Language::french ? "UI" : "IU");
    }
  }
  std::string out;
  bool note = false;
  for (const char c : ucum) {
    note = c == '{' || (note && c != '}');
    if (!note && c != '}' && c != '[' && c != ']') out += c;
  }
  return with_micro(out);
}

}  // namespace cordon::report
