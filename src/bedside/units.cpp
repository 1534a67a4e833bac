// SPDX-License-Identifier: Apache-2.0
#include "bedside/units.h"

#include <algorithm>
#include <array>

namespace cordon::bedside {

namespace {

enum class Quantity { pressure, temperature, rate, fraction, voltage, volume, flow, time };

// Unit: value in the quantity's own = value × scale + offset.
struct Unit {
  std::string_view ucum;
  Quantity quantity;
  double scale;
  double offset = 0;
};

constexpr std::array units{
    Unit{"Pa", Quantity::pressure, 1},
    Unit{"hPa", Quantity::pressure, 100},
    Unit{"mbar", Quantity::pressure, 100},
    Unit{"kPa", Quantity::pressure, 1000},
    Unit{"mm[Hg]", Quantity::pressure, 133.322387415},
    Unit{"cm[H2O]", Quantity::pressure, 98.0665},
    Unit{"Cel", Quantity::temperature, 1},
    Unit{"[degF]", Quantity::temperature, 5.0 / 9, -160.0 / 9},
    Unit{"K", Quantity::temperature, 1, -273.15},
    Unit{"/min", Quantity::rate, 1.0 / 60},
    Unit{"{beat}/min", Quantity::rate, 1.0 / 60},
    Unit{"{beats}/min", Quantity::rate, 1.0 / 60},
    Unit{"{pulse}/min", Quantity::rate, 1.0 / 60},
    Unit{"{breath}/min", Quantity::rate, 1.0 / 60},
    Unit{"{breaths}/min", Quantity::rate, 1.0 / 60},
    Unit{"{resp}/min", Quantity::rate, 1.0 / 60},
    Unit{"{bpm}", Quantity::rate, 1.0 / 60},  // UCUM knows no such thing, devices do
    Unit{"{rpm}", Quantity::rate, 1.0 / 60},
    Unit{"/s", Quantity::rate, 1},
    Unit{"Hz", Quantity::rate, 1},
    Unit{"%", Quantity::fraction, 0.01},
    Unit{"1", Quantity::fraction, 1},
    Unit{"uV", Quantity::voltage, 1e-6},
    Unit{"mV", Quantity::voltage, 1e-3},
    Unit{"V", Quantity::voltage, 1},
    Unit{"mL", Quantity::volume, 1e-3},
    Unit{"L", Quantity::volume, 1},
    Unit{"mL/min", Quantity::flow, 1e-3 / 60},
    Unit{"L/min", Quantity::flow, 1.0 / 60},
    Unit{"L/s", Quantity::flow, 1},
    Unit{"ms", Quantity::time, 1e-3},
    Unit{"s", Quantity::time, 1},
    Unit{"min", Quantity::time, 60},
};

const Unit* find(std::string_view ucum) {
  const auto found = std::ranges::find(units, ucum, &Unit::ucum);
  return found == units.end() ? nullptr : &*found;
}

}  // namespace

std::optional<double> convert(double value, std::string_view from, std::string_view to) {
  if (from == to) return value;
  const Unit* a = find(from);
  const Unit* b = find(to);
  if (a == nullptr || b == nullptr || a->quantity != b->quantity) return std::nullopt;
  return (value * a->scale + a->offset - b->offset) / b->scale;
}

std::vector<std::string_view> known_units() {
  std::vector<std::string_view> out;
  for (const Unit& unit : units) out.push_back(unit.ucum);
  return out;
}

}  // namespace cordon::bedside
