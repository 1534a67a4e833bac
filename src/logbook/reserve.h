// SPDX-License-Identifier: Apache-2.0
// Reserve: space on the book's disk, set aside in a file so that a full disk still takes the entries of a cut.
#pragma once

#include <cstdint>
#include <string>

namespace cordon::logbook {

class Reserve {
 public:
  /// Reserve adopts the file at `path` if it holds `bytes` already, from an earlier run. 0 bytes: none is wished.
  Reserve(std::string path, std::uint64_t bytes);

  bool held() const { return held_; }
  /// fill sets the space aside when at least twice that is free, so that the reserve itself never fills the disk.
  bool fill();
  /// release gives the space back to the disk. False when there was none.
  bool release();

 private:
  std::string path_;
  std::uint64_t bytes_;
  bool held_ = false;
};

}  // namespace cordon::logbook
