// SPDX-License-Identifier: Apache-2.0
#include "detect/likelihood.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace cordon::detect {

namespace {

struct Counted {
  std::string_view cell;
  double llr;
  std::uint32_t attack;  // reports counted in attacks
  std::uint32_t work;    // and in work
};

#include "detect/likelihood_table.inc"

template <std::size_t N>
const Counted* find(const std::array<Counted, N>& table, std::string_view cell) {
  const auto at = std::lower_bound(table.begin(), table.end(), cell,
                                   [](const Counted& c, std::string_view wanted) { return c.cell < wanted; });
  return at != table.end() && at->cell == cell ? &*at : nullptr;
}

struct Points {
  std::string_view look;
  std::string_view word;
  double points;
};

// Set by hand from the design's invariant, not fitted: what a word alone would make an expert think.
constexpr std::array expert{
    Points{"structure", "lost", 4},      Points{"structure", "broken", 3},    Points{"structure", "kept", -4},
    Points{"structure", "gained", -4},   Points{"structure", "changed", -4},  Points{"structure", "packed", -4},
    Points{"content", "random", 2.5},    Points{"content", "random_some", 2}, Points{"content", "random_hint", 1},
    Points{"content", "text_lost", 2},   Points{"content", "encoded", 1.5},   Points{"content", "plain", -2},
    Points{"content", "compressed", -1}, Points{"content", "text", -4},       Points{"similarity", "replaced", 1},
    Points{"similarity", "partly", -1},  Points{"similarity", "kept", -4},    Points{"name", "novel", 2.5},
    Points{"name", "converted", -1},     Points{"removal", "sibling", 1},     Points{"removal", "removed", -0.5},
    Points{"removal", "created", -2},    Points{"removal", "copied", -1},     Points{"removal", "none", -2},

};
constexpr double expert_start = -0.5;

std::vector<std::string_view> words_of(std::string_view cell) {
  std::vector<std::string_view> out;
  while (!cell.empty()) {
    const auto blank = cell.find(' ');
    out.push_back(cell.substr(0, blank));
    if (blank == std::string_view::npos) break;
    cell.remove_prefix(blank + 1);
  }
  return out;
}

std::string_view coarse_word(std::string_view look, std::string_view word) {
  if (look == "structure") {
    if (word == "lost" || word == "broken") return "destroyed";
    if (word == "kept" || word == "gained" || word == "changed" || word == "packed") return "intact";
    return "unknown";
  }
  if (look == "content") {
    if (word.starts_with("random") || word == "text_lost" || word == "encoded") return "flat";
    if (word == "plain" || word == "text" || word == "compressed") return "ordered";
    return "unknown";
  }
  if (look == "similarity") return word == "replaced" ? word : "other";
  if (look == "name") return word == "novel" ? word : "other";
  if (look == "removal") return {};  // what became of the file decides only within a cell
  return word;
}

}  // namespace

std::vector<Found> run_looks(const event::FileActivity& activity, const ClientMemory& memory) {
  std::vector<Found> out;
  for (const Look& look : looks()) out.push_back({&look, look.run(activity, memory)});
  return out;
}

std::string cell_of(std::span<const Found> found) {
  std::string out;
  for (const Found& f : found) {
    if (!f.look->joint) continue;
    if (!out.empty()) out += ' ';
    out += f.finding.value;
  }
  return out;
}

std::string coarse_of(std::string_view cell) {
  const auto words = words_of(cell);
  std::string out;
  std::size_t i = 0;
  for (const Look& look : looks()) {
    if (!look.joint || i == words.size()) continue;
    const auto coarse = coarse_word(look.name, words[i++]);
    if (!out.empty() && !coarse.empty()) out += ' ';
    out += coarse;
  }
  return out;
}

double expert_points(std::string_view cell) {
  const auto words = words_of(cell);
  double sum = expert_start;
  std::size_t i = 0;
  for (const Look& look : looks()) {
    if (!look.joint || i == words.size()) continue;
    const auto word = words[i++];
    for (const Points& p : expert) {
      if (p.look == look.name && p.word == word) sum += p.points;
    }
  }
  return sum;
}

double in_bounds(double llr) {
  if (std::isnan(llr)) return 0;
  return std::round(std::clamp(llr, llr_min, llr_max) / llr_step) * llr_step;
}

Judgement judge(std::string_view cell) {
  if (const Counted* c = find(fitted_cells, cell)) return {in_bounds(c->llr), Basis::cell};
  if (const Counted* c = find(fitted_coarse, coarse_of(cell))) return {in_bounds(c->llr), Basis::coarse};
  return {in_bounds(expert_points(cell)), Basis::expert};
}

}  // namespace cordon::detect
