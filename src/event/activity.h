// SPDX-License-Identifier: Apache-2.0
// FileActivity: what one client did to one file, as `observe` saw it and `detect` judges it. It stays inside the sensor
// and is never logged itself: what is logged is the Observation made of it.
#pragma once

#include <cstdint>
#include <string>

#include "event/host.h"

namespace cordon::event {

/// ContentType is what the first bytes of a file say it is. `unseen`: offset 0 never crossed the wire. `unknown`: seen,
/// but no known beginning.
enum class ContentType : std::uint8_t {
  unseen,
  unknown,
  text,  // printable in UTF-8, UTF-16 with a byte-order mark or a Latin code page
  zip,   // also OOXML and OpenDocument
  ole2,
  pdf,
  rtf,
  xml,
  png,
  jpeg,
  gif,
  bmp,
  tiff,
  dicom,
  gzip,
  bzip2,
  xz,
  seven_zip,
  rar,
  sqlite,
  media,
  executable,
};

/// ContentSummary is what was seen of a file's bytes on one side of a change. It holds no content.
struct ContentSummary {
  std::uint64_t bytes = 0;  // payload bytes seen
  ContentType type = ContentType::unseen;
  double chi_squared = 0;               // of the byte histogram (255 degrees of freedom) over `chi_squared_bytes` bytes
  std::uint64_t chi_squared_bytes = 0;  // 0: nothing measured
  double text_share = 0;                // share of printable bytes among those measured
};

/// FileActivity is one file's life under one client until now. It is reported when a handle that wrote closes, when a
/// file is renamed or removed, and when a long write passes a mark; a later report about the same `file` revises the
/// earlier one.
struct FileActivity {
  std::uint64_t file = 0;  // the same file under the same client keeps its number over renames
  WallTime at;             // the packet that completed this report
  WallTime first_altered;  // first write, truncation or removal of content; the epoch when nothing was altered
  HostKey client;
  IpAddress server;
  std::string user;   // DOMAIN\name, empty when not seen
  std::string share;  // \\server\share
  std::string path;   // full UNC path before the change
  std::string
      new_path;  // where the content stands now, when that is elsewhere: renamed, or written to a same-stem sibling
  ContentSummary before;             // the old bytes, from what was read or had been written earlier
  ContentSummary after;              // the new bytes
  std::uint64_t compared_bytes = 0;  // new bytes whose place in the old content was known
  double kept_share = 0;             // share of `compared_bytes` that stand in the old content too
  bool created = false;              // `path` did not exist before this client wrote it
  bool truncated = false;            // overwritten or cut to a smaller size
  bool renamed = false;
  bool removed = false;               // the original is gone (deleted, or replaced by a rename)
  bool altered = false;               // content of a file that existed before was changed or removed
  bool confirmed = false;             // every operation it rests on was answered by a coherent server reply
  bool decoy = false;                 // the path is a configured decoy
  std::uint32_t folders_altered = 0;  // distinct folders in which this client altered files, this session
};

}  // namespace cordon::event
