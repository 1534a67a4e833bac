// SPDX-License-Identifier: Apache-2.0
// The English sentences of a verification.
#include <fmt/format.h>

#include "logbook/verify.h"

namespace cordon::logbook {

namespace {

std::string sealed(const Damage& damage) {
  return damage.sealed_at ? fmt::format("the head signed at {}", to_iso(*damage.sealed_at)) : "the printed head";
}

std::string numbers(const Damage& damage) {
  if (damage.last <= damage.first) return fmt::format("entry {}", damage.first.value);
  return fmt::format("entries {} to {}", damage.first.value, damage.last.value);
}

}  // namespace

const char* to_string(DamageKind kind) {
  switch (kind) {
    case DamageKind::changed:
      return "changed";
    case DamageKind::replaced:
      return "replaced";
    case DamageKind::missing:
      return "missing";
    case DamageKind::moved:
      return "moved";
    case DamageKind::epoch_falls:
      return "epoch_falls";
    case DamageKind::hlc_falls:
      return "hlc_falls";
    case DamageKind::malformed:
      return "malformed";
    case DamageKind::foreign:
      return "foreign";
    case DamageKind::other_box:
      return "other_box";
    case DamageKind::cut_tail:
      return "cut_tail";
    case DamageKind::rewritten:
      return "rewritten";
    case DamageKind::bad_signature:
      return "bad_signature";
    case DamageKind::bad_heads:
      return "bad_heads";
    case DamageKind::heads_disorder:
      return "heads_disorder";
    case DamageKind::unreadable:
      return "unreadable";
  }
  return "unknown";
}

std::string describe(const Damage& damage) {
  const std::uint64_t n = damage.first.value;
  switch (damage.kind) {
    case DamageKind::changed:
      return fmt::format("entry {} was changed: its content does not give its hash", n);
    case DamageKind::replaced:
      if (damage.last.value <= 1) return "entry 1 does not begin this box's chain: it was made anew";
      return fmt::format("entry {} was replaced: entry {} was chained to another one", n, damage.last.value);
    case DamageKind::missing:
      return fmt::format("{} {} missing", numbers(damage), damage.last > damage.first ? "are" : "is");
    case DamageKind::moved:
      return fmt::format("out of order: what was written as entry {} stands in place {}", damage.last.value, n);
    case DamageKind::epoch_falls:
      return fmt::format("entry {} has a smaller epoch than the one before", n);
    case DamageKind::hlc_falls:
      return fmt::format("entry {} has no later logical time than the one before", n);
    case DamageKind::malformed:
      if (n == 0) return fmt::format("a row stands under number {}, which no entry has", damage.what);
      return fmt::format("entry {} is not in the form of an entry", n);
    case DamageKind::foreign:
      return fmt::format("the database holds \"{}\", which no logbook has; its entries were not looked at",
                         damage.what);
    case DamageKind::other_box:
      return fmt::format("the logbook is of the box \"{}\", not of the one asked for", damage.what);
    case DamageKind::cut_tail:
      return fmt::format("the tail was cut: {} names entry {}, and the logbook ends at {}", sealed(damage), n,
                         damage.last.value);
    case DamageKind::rewritten:
      return fmt::format("the logbook was rewritten at or before entry {}: its hash is not that of {}", n,
                         sealed(damage));
    case DamageKind::bad_signature:
      return fmt::format("a head for entry {} is not signed by this key", n);
    case DamageKind::bad_heads:
      return fmt::format("line {} of the signed heads cannot be read", n);
    case DamageKind::heads_disorder:
      return fmt::format("line {} of the signed heads goes back behind the line before", n);
    case DamageKind::unreadable:
      if (damage.last.value == 0)
        return fmt::format("the database is damaged: nothing can be read from entry {} on", n);
      return fmt::format("the database is damaged: {} cannot be read", numbers(damage));
  }
  return "unknown damage";
}

std::vector<std::string> describe(const VerifyReport& report) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("logbook of {}: {} entries read, the last is {}", report.box, report.entries_checked,
                              report.last.value));
  for (const Damage& damage : report.damages) lines.push_back("DAMAGE: " + describe(damage));
  if (!report.all_named) lines.push_back("There may be more damage: not everything was looked at.");
  if (report.heads_torn) lines.push_back("The file of signed heads ends inside a line, as after a power cut.");
  if (report.heads_without_key) lines.push_back("Signed heads exist, but no public key was given: they were not used.");
  if (report.confirmed) {
    const std::string by = report.confirmed_at ? fmt::format("a head signed at {}", to_iso(*report.confirmed_at))
                                               : std::string("a printed head");
    lines.push_back(fmt::format("Entry {} is confirmed by {}.", report.confirmed->sequence.value, by));
    if (report.confirmed->sequence < report.last) {
      lines.push_back(fmt::format("After it no head vouches for the {} entries up to {}.",
                                  report.last.value - report.confirmed->sequence.value, report.last.value));
    }
  } else {
    lines.push_back("No head confirms any entry: a cut tail or a full rewrite cannot be excluded.");
  }
  if (report.sound()) {
    lines.push_back("The chain is whole.");
  } else if (report.damages.empty()) {
    lines.push_back("The chain was not fully checked.");
  } else {
    lines.push_back("The chain is broken.");
  }
  return lines;
}

}  // namespace cordon::logbook
