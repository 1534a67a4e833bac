// SPDX-License-Identifier: Apache-2.0
#include "logbook/heads_check.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <optional>

#include "logbook/database.h"

namespace cordon::logbook {

namespace {

/// Heads of one kind that wait for their signature to be checked; as many as damages can be named.
constexpr std::size_t waiting_max = damages_max;

class HeadsCheck {
 public:
  HeadsCheck(sqlite3* db, const VerifyOptions& options, VerifyReport& report)
      : db_(db), options_(options), report_(report), bound_(report.damages.size() + damages_max) {}

  Result<void> run(std::FILE* heads, std::uint64_t heads_bytes) {
    find_ = CORDON_TRY(prepare(db_, "SELECT epoch, hash FROM entry WHERE sequence = ?1", "logbook"));
    end_ = static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, CORDON_TRY(integer_of(db_, "SELECT max(sequence) FROM entry", "logbook"))));
    for (const Head& head : options_.paper) {
      if (head.box == report_.box) CORDON_TRY_VOID(judge({head, {}, {}}, true));
    }
    if (heads != nullptr) CORDON_TRY_VOID(read_lines(heads, heads_bytes));
    report_cut();
    confirm();
    return {};
  }

 private:
  struct Candidate {
    SignedHead head;
    bool paper = false;
  };

  Result<void> read_lines(std::FILE* heads, std::uint64_t heads_bytes) {
    std::array<char, head_line_bytes_max + 2> buffer{};  // a line, its end, and fgets' NUL
    std::uint64_t at = 0;
    std::uint64_t number = 0;
    SignedHead before;
    while (at < heads_bytes && std::fgets(buffer.data(), static_cast<int>(buffer.size()), heads) != nullptr) {
      // A NUL inside a line cuts it short here, and then it is no head either.
      std::string_view line(buffer.data());
      at += std::max<std::size_t>(line.size(), 1);
      ++number;
      const bool ended = line.ends_with('\n');
      if (ended) line.remove_suffix(1);
      const Result<SignedHead> head = parse_head_line(line);
      if (!head) {
        if (!ended && std::feof(heads) != 0) {
          report_.heads_torn = true;
        } else if (!add_damage(report_, bound_, Damage{DamageKind::bad_heads, Sequence{number}, {}, {}, {}})) {
          return {};
        }
        continue;
      }
      if (head->head.box != report_.box) continue;
      if (options_.public_key) CORDON_TRY_VOID(judge_line(*head, before, number));
      report_.heads_without_key = !options_.public_key;
      ++report_.heads_read;
      before = *head;
    }
    return {};
  }

  Result<void> judge_line(const SignedHead& head, const SignedHead& before, std::uint64_t number) {
    // A seal signs no earlier entry after a later one, and no second hash for one entry.
    const bool first = before.head.box.empty();
    if (!first && (head.head.sequence <= before.head.sequence || head.head.epoch < before.head.epoch)) {
      add_damage(report_, bound_, Damage{DamageKind::heads_disorder, Sequence{number}, {}, {}, {}});
    }
    return judge(head, false);
  }

  /// judge sorts a head into: agrees with the book, disagrees, names an entry beyond the book's end.
  Result<void> judge(const SignedHead& head, bool paper) {
    if (paper) ++report_.heads_read;
    const Head& h = head.head;
    if (h.sequence.value > end_) {
      keep(beyond_, {head, paper});
      return {};
    }
    std::uint64_t epoch = 0;
    Hash hash = first_previous(report_.box);
    if (h.sequence.value != 0) {
      sqlite3_reset(find_.get());
      sqlite3_bind_int64(find_.get(), 1, static_cast<std::int64_t>(h.sequence.value));
      // An entry that is missing or cannot be read was named when the entries were walked.
      if (sqlite3_step(find_.get()) != SQLITE_ROW) return {};
      const void* stored = sqlite3_column_blob(find_.get(), 1);
      if (stored == nullptr || sqlite3_column_bytes(find_.get(), 1) != static_cast<int>(hash.size())) return {};
      epoch = static_cast<std::uint64_t>(sqlite3_column_int64(find_.get(), 0));
      std::memcpy(hash.data(), stored, hash.size());
    }
    if (hash == h.hash && epoch == h.epoch) {
      keep(agree_, {head, paper});
    } else if (!rewritten_ && believed({head, paper})) {
      rewritten_ = h.sequence;
      add_damage(report_, bound_, Damage{DamageKind::rewritten, h.sequence, {}, {}, when({head, paper})});
    }
    return {};
  }

  static void keep(std::deque<Candidate>& waiting, Candidate head) {
    waiting.push_back(std::move(head));
    if (waiting.size() > waiting_max) waiting.pop_front();
  }

  bool believed(const Candidate& candidate) {
    if (candidate.paper) return true;
    if (options_.public_key && signature_ok(candidate.head, *options_.public_key)) return true;
    add_damage(report_, bound_,
               Damage{DamageKind::bad_signature, candidate.head.head.sequence, {}, {}, when(candidate)});
    return false;
  }

  static std::optional<WallTime> when(const Candidate& candidate) {
    if (candidate.paper) return std::nullopt;
    return candidate.head.sealed_at;
  }

  /// last_believed gives the head of the latest entry whose signature is right.
  std::optional<Candidate> last_believed(std::deque<Candidate>& waiting) {
    std::stable_sort(waiting.begin(), waiting.end(), [](const Candidate& a, const Candidate& b) {
      return a.head.head.sequence < b.head.head.sequence;
    });
    for (auto c = waiting.rbegin(); c != waiting.rend(); ++c) {
      if (believed(*c)) return *c;
    }
    return std::nullopt;
  }

  void report_cut() {
    if (const std::optional<Candidate> head = last_believed(beyond_)) {
      add_damage(report_, bound_,
                 Damage{DamageKind::cut_tail, head->head.head.sequence, Sequence{end_}, {}, when(*head)});
    }
  }

  void confirm() {
    if (const std::optional<Candidate> head = last_believed(agree_)) {
      report_.confirmed = head->head.head;
      report_.confirmed_at = when(*head);
    }
  }

  sqlite3* db_;
  const VerifyOptions& options_;
  VerifyReport& report_;
  std::size_t bound_;
  Statement find_;
  std::uint64_t end_ = 0;
  std::deque<Candidate> agree_;
  std::deque<Candidate> beyond_;
  std::optional<Sequence> rewritten_;
};

}  // namespace

bool add_damage(VerifyReport& report, std::size_t bound, Damage damage) {
  if (report.damages.size() >= bound) {
    report.all_named = false;
    return false;
  }
  report.damages.push_back(std::move(damage));
  return true;
}

Result<void> check_heads(sqlite3* db, std::FILE* heads, std::uint64_t heads_bytes, const VerifyOptions& options,
                         VerifyReport& report) {
  return HeadsCheck(db, options, report).run(heads, heads_bytes);
}

}  // namespace cordon::logbook
