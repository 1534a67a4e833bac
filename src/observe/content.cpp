// SPDX-License-Identifier: Apache-2.0
#include "observe/content.h"

#include <algorithm>

namespace cordon::observe {

Content::~Content() {
  pool_.leave(*this);
}

void Content::add(std::uint64_t offset, ByteView bytes, bool written) {
  bytes_ += bytes.size();
  if (!details_ || bytes.empty()) return;
  if (offset < head_bytes_max) add_head(offset, bytes);
  measure(offset, bytes, written);
  details_->sketch.add(offset, bytes);
  pool_.changed(*this);
}

void Content::add_head(std::uint64_t offset, ByteView bytes) {
  const auto at = static_cast<std::size_t>(offset);
  if (at > details_->head_known) return;
  const std::size_t size = std::min(bytes.size(), head_bytes_max - at);
  std::copy_n(bytes.begin(), size, details_->head.begin() + static_cast<std::ptrdiff_t>(at));
  details_->head_known = std::max(details_->head_known, at + size);
  details_->head_touched = true;
}

void Content::measure(std::uint64_t offset, ByteView bytes, bool written) {
  ByteHistogram& histogram = details_->histogram;
  if (details_->sketch.covers(offset, offset + bytes.size())) {
    if (!written) return;
    details_->measured_again += bytes.size();
    if (details_->measured_again < histogram.total()) return;
    details_->measured_again = 0;
    histogram.clear();
  }
  if (histogram.total() < measured_bytes_max) {
    histogram.add(bytes.first(
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), measured_bytes_max - histogram.total()))));
    return;
  }
  // The sample: what falls into the first sample_bytes of each stride.
  std::uint64_t from = offset;
  const std::uint64_t end = offset + bytes.size();
  while (from < end) {
    const std::uint64_t stride = from / sample_stride_bytes * sample_stride_bytes;
    const std::uint64_t to = std::min(end, stride + sample_bytes);
    if (from < to)
      histogram.add(bytes.subspan(static_cast<std::size_t>(from - offset), static_cast<std::size_t>(to - from)));
    from = stride + sample_stride_bytes;
  }
}

void Content::inherit_head(const Content& older) {
  if (!details_ || !older.details_ || details_->head_known > 0) return;
  details_->head = older.details_->head;
  details_->head_known = older.details_->head_known;
}

void Content::cut(std::uint64_t size) {
  if (size == 0) restart();
}

void Content::restart() {
  bytes_ = 0;
  forgotten_ = {};
  details_ = std::make_unique<Details>();
  pool_.changed(*this);
}

void Content::settle() {
  if (!details_) return;
  details_->sketch.settle();
  pool_.changed(*this);
}

void Content::lay_over(const Content& newer) {
  bytes_ += newer.bytes_;
  if (!details_ || !newer.details_) return;
  if (newer.details_->head_touched && newer.details_->head_known >= details_->head_known) {
    details_->head = newer.details_->head;
    details_->head_known = newer.details_->head_known;
    details_->head_touched = true;
  }
  details_->histogram.add(newer.details_->histogram);
  details_->sketch.lay_over(newer.details_->sketch);
  pool_.changed(*this);
}

void Content::copy_from(const Content& other) {
  bytes_ = other.bytes_;
  forgotten_ = other.forgotten_;
  if (other.details_) {
    details_ = std::make_unique<Details>(*other.details_);
  } else {
    details_.reset();
  }
  pool_.changed(*this);
}

event::ContentSummary Content::summary() const {
  event::ContentSummary out = forgotten_;
  out.bytes = bytes_;
  if (!details_) return out;
  if (details_->head_touched) out.type = recognise(ByteView(details_->head).first(details_->head_known));
  out.chi_squared = details_->histogram.chi_squared();
  out.chi_squared_bytes = details_->histogram.total();
  out.text_share = details_->histogram.text_share();
  return out;
}

Similarity Content::compare(const Content& old, const Content& now) {
  if (!old.details_ || !now.details_) return {};
  return Sketch::compare(old.details_->sketch, now.details_->sketch);
}

std::size_t Content::memory_bytes() const {
  return details_ ? sizeof(Content) + sizeof(Details) + details_->sketch.memory_bytes() : 0;
}

void Content::forget() {
  forgotten_ = summary();
  details_.reset();
}

std::shared_ptr<Content> ContentPool::make(OwnerId owner) {
  std::shared_ptr<Content> out(new Content(*this, owner));
  changed(*out);
  return out;
}

void ContentPool::changed(Content& content) {
  if (!content.details_) return leave(content);
  Share& share = shares_[content.owner_];
  if (content.listed_) {
    share.recent.splice(share.recent.end(), share.recent, content.place_);
  } else {
    content.place_ = share.recent.insert(share.recent.end(), &content);
    content.listed_ = true;
  }
  const std::size_t now = content.memory_bytes();
  share.bytes = share.bytes - content.accounted_bytes_ + now;
  bytes_ = bytes_ - content.accounted_bytes_ + now;
  content.accounted_bytes_ = now;
  if (bytes_ > bytes_max_) make_room(&content);
}

void ContentPool::leave(Content& content) {
  if (!content.listed_) return;
  const auto it = shares_.find(content.owner_);
  it->second.recent.erase(content.place_);
  it->second.bytes -= content.accounted_bytes_;
  bytes_ -= content.accounted_bytes_;
  content.listed_ = false;
  content.accounted_bytes_ = 0;
  if (it->second.recent.empty()) shares_.erase(it);
}

// A sixteenth is freed at once, so that the search for who holds most is paid rarely.
void ContentPool::make_room(const Content* spared) {
  while (bytes_ > bytes_max_ - bytes_max_ / 16) {
    auto most = shares_.end();
    for (auto it = shares_.begin(); it != shares_.end(); ++it) {
      if (most == shares_.end() || it->second.bytes > most->second.bytes ||
          (it->second.bytes == most->second.bytes && it->first < most->first)) {
        most = it;
      }
    }
    if (most == shares_.end()) return;
    Content* oldest = most->second.recent.front();
    if (oldest == spared) return;
    const std::size_t target = most->second.bytes - std::min(most->second.bytes, bytes_max_ / 64);
    const OwnerId owner = most->first;
    for (most = shares_.find(owner); most != shares_.end() && most->second.bytes > target; most = shares_.find(owner)) {
      oldest = most->second.recent.front();
      if (oldest == spared) break;
      oldest->forget();
      leave(*oldest);
      ++forgotten_;
    }
  }
}

}  // namespace cordon::observe
