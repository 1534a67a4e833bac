// SPDX-License-Identifier: Apache-2.0
#include "report/unit_list.h"

#include <cairo.h>
#include <fmt/format.h>

#include <algorithm>

namespace cordon::report {

namespace {

// Millimetres.
constexpr double margin = 10;
constexpr double head_height = 20;
constexpr double foot_height = 8;
constexpr double body_top = margin + head_height;
constexpr double body_bottom = page_height - margin - foot_height;
constexpr double line_height = 4;
constexpr double row_padding = 3;
constexpr double between = 3;  // two columns
constexpr Style plain{.size = 2.8};
constexpr Style strong{.size = 3.2, .bold = true};
constexpr Style bed_name{.size = 4, .bold = true};

struct Column {
  double x, width;
};
constexpr Column bed_column{margin, 20};
constexpr Column patient_column{bed_column.x + bed_column.width + between, 60};
constexpr Column value_column{patient_column.x + patient_column.width + between, 92};
constexpr Column alarm_column{value_column.x + value_column.width + between, 60};
constexpr Column limit_column{alarm_column.x + alarm_column.width + between,
                              page_width - margin - (alarm_column.x + alarm_column.width + between)};

struct Words {
  std::string_view title, bed, patient, values, alarms, limits, free, not_named, none, answered, over, silent, more,
      foot;
};
Words words_of(Language language) {
  if (language == Language::french) {
    return {"Liste de l'unité",
            "Lit",
            "Patient, appareils",
            "Dernières valeurs et leur heure",
            "Alarmes",
            "Limites posées",
            "libre",
            "patient non inscrit",
            "aucune",
            "acquittée par",
            "finie, à acquitter",
            "muet",
            "{} de plus",
            "Imprimé par Cordon, qui écoute les appareils. Pas de marquage CE. Aller voir au lit : ? valeur douteuse, "
            "– pas de valeur."};
  }
  return {"List of the unit",
          "Bed",
          "Patient, devices",
          "Latest values and their time",
          "Alarms",
          "Limits set",
          "free",
          "patient not recorded",
          "none",
          "acknowledged by",
          "over, to be acknowledged",
          "silent",
          "{} more",
          "Printed by Cordon, which listens to the devices. No CE mark. Go and see at the bed: ? doubtful value, – no "
          "value."};
}

struct Line {
  std::string text;
  Style style = plain;
};
using Cell = std::vector<Line>;

/// Row is one bed, laid out.
struct Row {
  Cell bed, patient, values, alarms, limits;
  double height = 0;
};

void add(Cell& cell, Paper& paper, const std::string& words, const Style& style, double width) {
  for (std::string& line : paper.wrapped(words, style, width)) cell.push_back({std::move(line), style});
}

void add_more(Cell& cell, std::size_t there, std::size_t shown, const Words& words) {
  if (there > shown) cell.push_back({fmt::format(fmt::runtime(words.more), there - shown), plain});
}

std::string_view marks(event::AlarmPriority priority) {
  constexpr std::string_view all = "!!!";
  return all.substr(0, static_cast<std::size_t>(priority));
}

void add_patient(Cell& cell, Paper& paper, const UnitList::Bed& bed, const UnitList& list, const Words& words) {
  const double width = patient_column.width;
  if (bed.patient.empty()) {
    cell.push_back({std::string(bed.devices.empty() ? words.free : words.not_named), {.size = 3.2, .grey = 0.3}});
  }
  event::PatientOffer name{"", bed.patient.family, bed.patient.given, ""};
  add(cell, paper, person_text(name, list.made.language), strong, width);
  event::PatientOffer rest{bed.patient.identifier, "", "", bed.patient.born};
  add(cell, paper, person_text(rest, list.made.language), plain, width);
  const std::size_t shown = std::min(bed.devices.size(), list_devices_max);
  for (std::size_t i = 0; i < shown; ++i) {
    const UnitList::Device& device = bed.devices[i];
    std::string text = device.name;
    if (!device.label.empty()) text += " ≠ " + device.label;
    if (!device.live) text += fmt::format(" ({})", words.silent);
    if (device.doubted) text += fmt::format(" ({})", doubted_text(list.made.language));
    const bool strange = device.doubted || !device.label.empty();
    add(cell, paper, text, {.size = 2.5, .bold = strange, .grey = strange ? 0 : 0.3}, width);
  }
  add_more(cell, bed.devices.size(), shown, words);
}

/// add_values sets one value after the other, none torn between two lines.
void add_values(Cell& cell, Paper& paper, const UnitList::Bed& bed, const UnitList& list, const Words& words) {
  const std::size_t shown = std::min(bed.values.size(), list_values_max);
  std::string line;
  for (std::size_t i = 0; i < shown; ++i) {
    const UnitList::Value& value = bed.values[i];
    const std::string item =
        fmt::format("{} {}{}{}{}{} {}", value.label, value.text, value.unit.empty() ? "" : " ", value.unit,
                    value.mark.empty() ? "" : " ", value.mark, clock_text(value.at, list.made.zone));
    const std::string longer = line.empty() ? item : fmt::format("{}    {}", line, item);
    if (paper.width(plain, longer) <= value_column.width) {
      line = longer;
      continue;
    }
    if (!line.empty()) cell.push_back({std::move(line), plain});
    const auto parts = paper.wrapped(item, plain, value_column.width);  // a device's words may be longer than a line
    for (std::size_t k = 0; k + 1 < parts.size(); ++k) cell.push_back({parts[k], plain});
    line = parts.empty() ? "" : parts.back();
  }
  if (!line.empty()) cell.push_back({std::move(line), plain});
  add_more(cell, bed.values.size(), shown, words);
}

void add_alarms(Cell& cell, Paper& paper, const UnitList::Bed& bed, const UnitList& list, const Words& words) {
  const std::size_t shown = std::min(bed.alarms.size(), list_alarms_max);
  for (std::size_t i = 0; i < shown; ++i) {
    const UnitList::Alarm& alarm = bed.alarms[i];
    std::string text =
        fmt::format("{} {}  {}", marks(alarm.priority), alarm.text, clock_text(alarm.raised, list.made.zone));
    if (!alarm.present) text += fmt::format("  {}", words.over);
    if (!alarm.answered_by.empty()) text += fmt::format("  {} {}", words.answered, alarm.answered_by);
    const Style style{.size = 2.8, .bold = alarm.priority == event::AlarmPriority::high};
    add(cell, paper, text, style, alarm_column.width);
  }
  if (shown == 0) cell.push_back({std::string(words.none), {.size = 2.8, .grey = 0.45}});
  add_more(cell, bed.alarms.size(), shown, words);
}

void add_limits(Cell& cell, Paper& paper, const UnitList::Bed& bed, const Words& words) {
  const std::size_t shown = std::min(bed.limits.size(), list_limits_max);
  for (std::size_t i = 0; i < shown; ++i) add(cell, paper, bed.limits[i], plain, limit_column.width);
  add_more(cell, bed.limits.size(), shown, words);
}

Row row_of(Paper& paper, const UnitList::Bed& bed, const UnitList& list, const Words& words) {
  Row row;
  add(row.bed, paper, bed.bed, bed_name, bed_column.width);
  add_patient(row.patient, paper, bed, list, words);
  add_values(row.values, paper, bed, list, words);
  add_alarms(row.alarms, paper, bed, list, words);
  add_limits(row.limits, paper, bed, words);
  std::size_t lines = 1;
  for (Cell* cell : {&row.bed, &row.patient, &row.values, &row.alarms, &row.limits}) {
    // Names of a thousand letters: what no sheet holds is cut, and says so.
    constexpr auto lines_max = static_cast<std::size_t>((body_bottom - body_top - row_padding) / line_height);
    if (cell->size() > lines_max) {
      cell->resize(lines_max);
      cell->back() = {"…", plain};
    }
    lines = std::max(lines, cell->size());
  }
  row.height = static_cast<double>(lines) * line_height + row_padding;
  return row;
}

void rule(Paper& paper, double y, double grey) {
  cairo_set_source_rgb(paper.pen(), grey, grey, grey);
  cairo_set_line_width(paper.pen(), 0.2);
  cairo_move_to(paper.pen(), margin, y);
  cairo_line_to(paper.pen(), page_width - margin, y);
  cairo_stroke(paper.pen());
}

void draw(Paper& paper, const Cell& cell, double x, double top) {
  double y = top + line_height;
  for (const Line& line : cell) {
    paper.text(x, y, line.style, line.text);
    y += line_height;
  }
}

void draw(Paper& paper, const Row& row, double top) {
  draw(paper, row.bed, bed_column.x, top);
  draw(paper, row.patient, patient_column.x, top);
  draw(paper, row.values, value_column.x, top);
  draw(paper, row.alarms, alarm_column.x, top);
  draw(paper, row.limits, limit_column.x, top);
  rule(paper, top + row.height - row_padding / 3, 0.7);
}

struct Count {
  std::size_t beds, patients, alarms, unplaced;
};
/// count_text writes "1 lit, 0 patient inscrit, 2 alarmes": in French nothing is singular, too.
std::string count_text(const Count& count, Language language) {
  const bool french = language == Language::french;
  const auto one = [&](std::size_t n) { return n == 1 || (french && n == 0); };
  const auto of = [&](std::size_t n, std::string_view single, std::string_view many) {
    return fmt::format("{} {}", n, one(n) ? single : many);
  };
  std::string out;
  if (french) {
    out = of(count.beds, "lit", "lits") + ", " + of(count.patients, "patient inscrit", "patients inscrits") + ", " +
          of(count.alarms, "alarme", "alarmes");
  } else {
    out = of(count.beds, "bed", "beds") + ", " + of(count.patients, "patient recorded", "patients recorded") + ", " +
          of(count.alarms, "alarm", "alarms");
  }
  if (count.unplaced == 0) return out;
  return out + (french ? fmt::format(", hors lit : {}", of(count.unplaced, "alarme", "alarmes"))
                       : fmt::format(", at no bed: {}", of(count.unplaced, "alarm", "alarms")));
}

void frame(Paper& paper, const UnitList& list, const Words& words, std::size_t sheet, std::size_t sheets) {
  const auto patients =
      static_cast<std::size_t>(std::ranges::count_if(list.beds, [](const auto& bed) { return !bed.patient.empty(); }));
  std::size_t alarms = 0;
  for (const UnitList::Bed& bed : list.beds) alarms += bed.alarms.size();
  const std::string title = fmt::format("{} {}   {}", words.title, list.unit, list.hospital);
  const auto lines = paper.wrapped(title, {.size = 4.6, .bold = true}, page_width - 2 * margin - 20);
  if (!lines.empty()) paper.text(margin, margin + 5, {.size = 4.6, .bold = true}, lines.front());
  paper.right_text(page_width - margin, margin + 5, {.size = 4.6, .bold = true}, fmt::format("{}/{}", sheet, sheets));
  paper.text(margin, margin + 10.5, {.size = 3.2},
             made_text(list.made) + "   " +
                 count_text({list.beds.size(), patients, alarms, list.unplaced}, list.made.language));
  const double y = margin + 16.5;
  for (const auto& [column, name] : {std::pair(bed_column, words.bed), std::pair(patient_column, words.patient),
                                     std::pair(value_column, words.values), std::pair(alarm_column, words.alarms),
                                     std::pair(limit_column, words.limits)}) {
    paper.text(column.x, y, {.size = 2.8, .bold = true, .grey = 0.3}, std::string(name));
  }
  rule(paper, margin + 18, 0);
  paper.text(margin, page_height - margin, {.size = 2.6}, std::string(words.foot));
}

}  // namespace

Result<std::string> unit_list_pdf(const UnitList& list) {
  const Words words = words_of(list.made.language);
  Paper paper;
  std::vector<std::vector<Row>> sheets(1);
  double left = body_bottom - body_top;
  for (const UnitList::Bed& bed : list.beds) {
    Row row = row_of(paper, bed, list, words);
    if (row.height > left && !sheets.back().empty()) {
      sheets.emplace_back();
      left = body_bottom - body_top;
    }
    left -= row.height;
    sheets.back().push_back(std::move(row));
  }
  for (std::size_t i = 0; i < sheets.size(); ++i) {
    frame(paper, list, words, i + 1, sheets.size());
    double top = body_top;
    for (const Row& row : sheets[i]) {
      draw(paper, row, top);
      top += row.height;
    }
    paper.turn();
  }
  return paper.finish();
}

}  // namespace cordon::report
