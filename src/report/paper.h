// SPDX-License-Identifier: Apache-2.0
// Paper: sheets of A4 across as PDF, in millimetres, and what all of them say in the same way: who a patient is, when,
// by whom it was printed. One font (DejaVu Sans); a letter that it does not have is written as its number.
#pragma once

#include <cairo.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "event/bedside.h"

namespace cordon::report {

enum class Language : std::uint8_t { french, english };

/// Made is who printed it when, and how it is to be read.
struct Made {
  WallTime at;
  std::string by;               // empty: nobody is named
  std::chrono::minutes zone{};  // east of UTC, of the screen from which it was asked for
  Language language = Language::french;
};

constexpr double page_width = 297, page_height = 210;  // mm

/// person_text writes both identifiers, "DURAND Anne · 02/01/1950 · IPP-4711"; empty for nobody.
std::string person_text(const event::PatientOffer& patient, Language language);
/// born_text writes 1950-01-02 as the reader does; what is no date stays as it came.
std::string born_text(const std::string& born, Language language);
/// clock_text writes 21:00:05, day_text 03/12/2022 or 2022-12-03, zone_text UTC+01:00.
std::string clock_text(WallTime at, std::chrono::minutes zone);
std::string day_text(WallTime at, const Made& made);
std::string zone_text(std::chrono::minutes zone);
/// made_text says when and by whom it was printed.
std::string made_text(const Made& made);
/// number_text writes a value as its reader does (base/number.h), and – for none.
std::string number_text(double value, Language language);
/// validity_text is the word that stands beside a value or trace of this validity; empty for what is valid.
std::string_view validity_text(event::Validity validity, Language language);
/// doubted_text is the word beside what another device than a person confirmed measures.
std::string_view doubted_text(Language language);
/// unit_text writes a UCUM unit as the ward does: mmHg, °C, /min, UI/h or IU/h.
std::string unit_text(std::string ucum, Language language);

struct Style {
  double size = 3;  // mm
  bool bold = false;
  double grey = 0;  // 0: black
};

class Paper {
 public:
  Paper();
  ~Paper();
  Paper(const Paper&) = delete;
  Paper& operator=(const Paper&) = delete;

  cairo_t* pen() const;
  /// text writes a line whose foot stands at y, from x on; right_text ends at x.
  void text(double x, double y, const Style& style, const std::string& words);
  void right_text(double x, double y, const Style& style, const std::string& words);
  double width(const Style& style, const std::string& words);
  /// wrapped breaks words into lines of at most `width_mm`; between blanks, else within a word.
  std::vector<std::string> wrapped(const std::string& words, const Style& style, double width_mm);
  /// turn begins the next sheet.
  void turn();
  /// finish gives the bytes of the PDF, once. Fails with `io` when the drawing library did.
  Result<std::string> finish();

 private:
  void use(const Style& style);
  std::string drawable(const std::string& words);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cordon::report
