// SPDX-License-Identifier: Apache-2.0
// Content: what is known of one state of one file: first bytes, byte statistics, sketch. ContentPool bounds the memory
// of all of them. Which file and whose it is: file_model.h.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>

#include "event/activity.h"
#include "observe/byte_statistics.h"
#include "observe/content_type.h"
#include "observe/owned_table.h"
#include "observe/sketch.h"

namespace cordon::observe {

class ContentPool;

/// Content grows by what is read or written. Without room its details are forgotten, its summary is kept.
class Content {
 public:
  // Statistics of the first 128 KiB tell ciphertext from deflate (64 KiB suffice, twice that for safety); after it
  // one 4 KiB piece of each 64 KiB, so that a quiet first part cannot hide the rest, at a sixteenth of the cost.
  static constexpr std::uint64_t measured_bytes_max = 128 << 10;
  static constexpr std::uint64_t sample_bytes = 4 << 10;
  static constexpr std::uint64_t sample_stride_bytes = 64 << 10;

  ~Content();
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;

  /// add takes bytes that stand at `offset`. Bytes seen before are not measured twice; when more than was measured has
  /// been written anew, measuring starts afresh.
  void add(std::uint64_t offset, ByteView bytes, bool written);
  /// inherit_head takes the first bytes of the older state, for a change that begins inside them.
  void inherit_head(const Content& older);
  /// cut: the file now ends at `size`. restart: all is gone.
  void cut(std::uint64_t size);
  void restart();
  void settle();
  /// lay_over puts a newer state of parts of the file over this one.
  void lay_over(const Content& newer);
  /// copy_from takes over all that another state knows.
  void copy_from(const Content& other);
  /// take_back uncounts bytes of a write that the server refused.
  void take_back(std::uint64_t bytes) { bytes_ -= bytes < bytes_ ? bytes : bytes_; }

  event::ContentSummary summary() const;
  bool covers(std::uint64_t from, std::uint64_t to) const { return details_ && details_->sketch.covers(from, to); }
  bool detailed() const { return details_ != nullptr; }
  std::uint64_t bytes() const { return bytes_; }
  /// compare: how much of `now` stood in `old`. Nothing compared when either was forgotten.
  static Similarity compare(const Content& old, const Content& now);

 private:
  friend class ContentPool;
  struct Details {
    std::array<std::uint8_t, head_bytes_max> head{};
    std::size_t head_known = 0;  // bytes from offset 0 on
    bool head_touched = false;   // this state itself showed some of them
    ByteHistogram histogram;
    std::uint64_t measured_again = 0;
    Sketch sketch;
  };
  Content(ContentPool& pool, OwnerId owner) : pool_(pool), owner_(owner), details_(std::make_unique<Details>()) {}
  void add_head(std::uint64_t offset, ByteView bytes);
  void measure(std::uint64_t offset, ByteView bytes, bool written);
  std::size_t memory_bytes() const;
  void forget();

  ContentPool& pool_;
  const OwnerId owner_;
  std::list<Content*>::iterator place_;
  bool listed_ = false;  // in the pool's list: it has details
  std::size_t accounted_bytes_ = 0;
  std::uint64_t bytes_ = 0;
  event::ContentSummary forgotten_;  // the summary when details_ went
  std::unique_ptr<Details> details_;
};

/// ContentPool makes Contents, counts what they hold and lets the longest untouched ones of whoever holds most forget
/// their details when bytes_max is passed. It must outlive them.
class ContentPool {
 public:
  explicit ContentPool(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  ContentPool(const ContentPool&) = delete;
  ContentPool& operator=(const ContentPool&) = delete;

  std::shared_ptr<Content> make(OwnerId owner);
  std::size_t bytes() const { return bytes_; }
  std::uint64_t forgotten() const { return forgotten_; }

 private:
  friend class Content;
  struct Share {
    std::list<Content*> recent;  // longest untouched first
    std::size_t bytes = 0;
  };
  void changed(Content& content);
  void leave(Content& content);
  void make_room(const Content* spared);

  const std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::uint64_t forgotten_ = 0;
  std::unordered_map<OwnerId, Share> shares_;
};

}  // namespace cordon::observe
