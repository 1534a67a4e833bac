// SPDX-License-Identifier: Apache-2.0
// BoundedQueue joins two threads. It is the only place in the project that holds a mutex. The pushing side never
// blocks: a full queue refuses, and the refusal is counted by whoever pushed.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace cordon {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t items_max) : items_max_(items_max) {}

  /// push adds an item, or returns false when the queue is full or closed.
  bool push(T item) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || items_.size() >= items_max_) return false;
      items_.push_back(std::move(item));
    }
    ready_.notify_one();
    return true;
  }

  /// push_all adds all of them, with none of another thread's between, or returns false where one has no room.
  bool push_all(std::vector<T> items) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || items.size() > items_max_ - items_.size()) return false;
      for (T& item : items) items_.push_back(std::move(item));
    }
    ready_.notify_one();
    return true;
  }

  /// pop_batch waits up to `wait` for something, then gives at most `items_max` items, oldest first; empty on time-out
  /// or when closed.
  std::vector<T> pop_batch(std::size_t items_max, std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, wait, [this] { return closed_ || !items_.empty(); });
    std::vector<T> batch;
    batch.reserve(std::min(items_max, items_.size()));
    while (!items_.empty() && batch.size() < items_max) {
      batch.push_back(std::move(items_.front()));
      items_.pop_front();
    }
    return batch;
  }

  /// close refuses further items and wakes the reader; what is queued can still be popped.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
  }

  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_ && items_.empty();
  }

 private:
  const std::size_t items_max_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace cordon
