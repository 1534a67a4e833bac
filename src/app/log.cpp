// SPDX-License-Identifier: Apache-2.0
// cordon log: prints, follows and verifies a logbook, also while it is being written.
#include <fmt/format.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/say.h"
#include "app/station_journal.h"
#include "engine/journal.h"
#include "engine/situation.h"
#include "logbook/logbook.h"
#include "logbook/verify.h"

namespace cordon::app {

namespace {

volatile std::sig_atomic_t interrupted = 0;
void on_interrupt(int) {
  interrupted = 1;
}

// entry_sentence says an entry of either kind of logbook in a line.
engine::Sentence entry_sentence(const logbook::Entry& entry) {
  if (const auto event = engine::event_of(entry)) return engine::sentence_of(*event);
  if (const auto event = event_of(entry, nullptr)) return sentence_of(*event);
  return {"(" + entry.kind + ")", "(" + entry.kind + ")"};
}

void print_entry(const logbook::Entry& entry, const LogOptions& options) {
  if (options.json) {
    fmt::print("{{\"epoch\":{},\"sequence\":{},\"hash\":\"{}\",\"kind\":\"{}\",\"version\":{},\"body\":{}}}\n",
               entry.epoch, entry.sequence.value, logbook::to_hex(entry.hash), entry.kind, entry.version, entry.body);
    return;
  }
  const engine::Sentence sentence = entry_sentence(entry);
  say_entry(fmt::format("{:>7}  ", entry.sequence.value), entry.time, options.french ? sentence.fr : sentence.en);
}

int no_book(const Error& error, const std::string& path) {
  if (error.code == ErrorCode::malformed) {
    complain(fmt::format("{} is no logbook ({})", path, error.where));
  } else {
    complain(sentence_for(error, path));
  }
  return exit_input;
}

// held_by_writer tells whether the key beside these heads belongs to the owner of the logbook, against whom its
// signatures then prove nothing. False also where nobody can know: for copies elsewhere, without the key.
bool held_by_writer(const VerifyCommand& options) {
  if (options.heads_path.empty()) return false;
  const auto key_path = std::filesystem::path(options.heads_path).replace_filename("seal.key");
  struct stat key {};
  struct stat book {};
  return ::stat(key_path.c_str(), &key) == 0 && ::stat(options.book_path.c_str(), &book) == 0 &&
         key.st_uid == book.st_uid;
}

}  // namespace

int print_log(const LogOptions& options) {
  auto book = logbook::Reader::open(options.book_path);
  if (!book) return no_book(book.error(), options.book_path);
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  std::uint64_t next = options.from;
  std::uint64_t printed = 0;
  while (interrupted == 0) {
    constexpr std::chrono::milliseconds wait{500};
    const auto entries = options.follow ? book->follow(Sequence{next}, logbook::read_entries_max, wait)
                                        : book->read(Sequence{next}, logbook::read_entries_max);
    if (!entries) return no_book(entries.error(), options.book_path);
    for (const logbook::Entry& entry : *entries) {
      print_entry(entry, options);
      next = entry.sequence.value + 1;
      if (++printed == options.limit) return exit_done;
    }
    std::fflush(stdout);
    if (entries->empty() && !options.follow) break;
  }
  return exit_done;
}

int verify_log(const VerifyCommand& options) {
  logbook::VerifyOptions how;
  how.heads_path = options.heads_path;
  if (!options.key_path.empty()) {
    const auto key = logbook::read_public_key(options.key_path);
    if (!key) {
      complain(sentence_for(key.error(), options.key_path));
      return exit_input;
    }
    how.public_key = *key;
  }
  const auto report = logbook::verify(options.book_path, how);
  if (!report) return no_book(report.error(), options.book_path);
  if (options.json) {
    nlohmann::json damages = nlohmann::json::array();
    for (const logbook::Damage& d : report->damages) {
      damages.push_back({{"kind", logbook::to_string(d.kind)},
                         {"first", d.first.value},
                         {"last", d.last.value},
                         {"text", logbook::describe(d)}});
    }
    const nlohmann::json out = {{"type", "verification"},
                                {"box", report->box},
                                {"sound", report->sound()},
                                {"entries", report->entries_checked},
                                {"last", report->last.value},
                                {"hash", logbook::to_hex(report->last_hash)},
                                {"signed_heads", report->heads_read},
                                {"confirmed", report->confirmed ? report->confirmed->sequence.value : 0},
                                {"key_held_by_writer", held_by_writer(options)},
                                {"damages", damages}};
    fmt::print("{}\n", out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    for (const std::string& line : logbook::describe(*report)) fmt::print("{}\n", line);
    if (held_by_writer(options)) {
      fmt::print(
          "The logbook and the key of its seal belong to the same user here: who could write the one could sign with "
          "the other.\n");
    }
  }
  return report->sound() ? exit_done : exit_no;
}

}  // namespace cordon::app
