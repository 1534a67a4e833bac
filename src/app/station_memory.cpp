// SPDX-License-Identifier: Apache-2.0
#include "app/station_memory.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "app/clock.h"
#include "app/say.h"

namespace cordon::app {

namespace {

/// open_keys gives the keys for writing and those for reading; without them nobody is named, and nobody new recorded.
void open_keys(const StationConfig& config, Memory& out) {
  const std::string folder = config.patients_folder();
  out.store.open_keys = [folder] { return PatientKeys::open(folder); };
  auto keys = PatientKeys::open(folder);
  auto reading = PatientKeys::open(folder);
  if (!keys || !reading) {
    out.why = sentence_for(keys ? reading.error() : keys.error(), folder);
    return;
  }
  out.store.keys = std::move(*keys);
  out.reading_keys = std::move(*reading);
}

/// fold reads the book as far as that is possible; false when there is an entry that it could not read.
bool fold(const StationConfig& config, Memory& out, Progress& progress) {
  const auto count = out.reader->count();
  const auto pages = [&](Sequence from, std::size_t limit) {
    ++progress;
    return out.reader->read(from, limit);
  };
  Rebuilt found = rebuild_station(pages, Sequence{count.value_or(0)}, out.store.keys ? &*out.store.keys : nullptr,
                                  [&](const event::BedsideEvent& event) {
                                    ++progress;
                                    if (const auto* placed = std::get_if<event::PatientPlaced>(&event)) {
                                      out.placements.note(*placed);
                                    }
                                  });
  out.state = std::move(found.state);
  if (!count || found.pages_failed) {
    out.store.book.reset();  // what the disk does not give back is not written to
    out.why = fmt::format("{} cannot be read whole; `cordon log verify` says where", config.book_path());
  } else if (found.unread > 0) {
    out.why =
        fmt::format("{} entries of {} cannot be read; `cordon log verify` says more", found.unread, config.book_path());
  }
  return count && found.unread == 0;
}

}  // namespace

std::string_view word(Lack lack) {
  switch (lack) {
    case Lack::nothing:
      return "";
    case Lack::part:
      return bedside::memory_part_lost;
    case Lack::unwritten:
      return "unwritten";
    case Lack::all:
      break;
  }
  return "all";
}

Memory recall(const StationConfig& config, Progress& progress) {
  Memory out;
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(config.book_path()).parent_path(), error);
  open_keys(config, out);
  ++progress;
  auto book = logbook::Logbook::open({.path = config.book_path(), .box = config.box, .now = wall_now});
  if (!book && book.error().code == ErrorCode::denied) {
    out.refused = true;
    out.why = why_no_book(book.error(), {config.book_path(), config.box, "station", "[data] 'folder'"});
    return out;
  }
  ++progress;
  if (book) out.store.book = std::move(*book);
  const std::string keys_why = out.why;
  auto reader = logbook::Reader::open(config.book_path());
  bool whole = false;
  if (reader) {
    out.reader = std::move(*reader);
    whole = fold(config, out, progress);
  } else {
    out.store.book.reset();
    out.why = sentence_for(reader.error(), config.book_path());
  }
  if (!book) {
    out.why = why_no_book(book.error(), {config.book_path(), config.box, "station", "[data] 'folder'"});
    if (book.error().code != ErrorCode::io) out.state.doubt_devices();  // its end does not verify
  }
  if (out.store.book) {
    out.lack = whole && keys_why.empty() ? Lack::nothing : Lack::part;
  } else {
    out.lack = out.state.started.at == WallTime{} ? Lack::all : Lack::unwritten;
  }
  return out;
}

std::string told_lost_beds(const bedside::State& state, const StationConfig& config) {
  std::set<std::string> lost;
  for (const auto& [name, device] : state.devices) {
    lost.insert(device.bed);
    lost.insert(device.former_bed);
  }
  for (const auto& [name, bed] : state.beds) {
    if (!bed.patient.empty() || !bed.limits.empty()) lost.insert(name);
  }
  lost.erase("");
  for (const std::string& bed : config.beds) lost.erase(bed);
  if (lost.empty()) return "";
  return fmt::format(
      "the logbook knows beds that the configuration does not name: {}. Their devices are taken to be at no bed, and "
      "their patients and limits are shown nowhere until [unit] 'beds' names them again",
      fmt::join(lost, ", "));
}

std::string told_lost_beds(const StationConfig& config) {
  if (std::error_code error; !std::filesystem::exists(config.book_path(), error)) return "";
  const auto reader = logbook::Reader::open(config.book_path());
  if (!reader) return "";
  const auto count = reader->count();
  const auto pages = [&](Sequence from, std::size_t limit) { return reader->read(from, limit); };
  return told_lost_beds(rebuild_station(pages, Sequence{count.value_or(0)}, nullptr).state, config);
}

}  // namespace cordon::app
