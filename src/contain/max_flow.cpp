// SPDX-License-Identifier: Apache-2.0
#include "contain/max_flow.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace cordon::contain {

namespace {

// Residual holds both halves of every arc, sorted by tail.
class Residual {
 public:
  Residual(std::uint32_t nodes, std::span<const Arc> arcs)
      : first_(nodes + 1, 0), halves_(2 * arcs.size()), away_(nodes), queue_(nodes) {
    for (const Arc& arc : arcs) {
      ++first_[arc.from];
      ++first_[arc.to];
    }
    std::uint32_t before = 0;
    for (std::uint32_t& first : first_) before += std::exchange(first, before);
    next_ = first_;
    place_.reserve(arcs.size());
    for (const Arc& arc : arcs) {
      const std::uint32_t there = next_[arc.from]++;
      const std::uint32_t back = next_[arc.to]++;
      halves_[there] = {arc.to, back, arc.capacity};
      halves_[back] = {arc.from, there, 0};
      place_.push_back(there);
    }
  }

  // measure says how many arcs each node but the sink is away from the source, and whether the sink is still reached.
  bool measure(std::uint32_t source, std::uint32_t sink) {
    std::ranges::fill(away_, unreached);
    away_[source] = 0;
    queue_[0] = source;
    bool reaches_sink = false;
    std::size_t known = 1;
    for (std::size_t i = 0; i < known; ++i) {
      const std::uint32_t node = queue_[i];
      for (std::uint32_t at = first_[node]; at < first_[node + 1]; ++at) {
        const std::uint32_t other = halves_[at].to;
        if (halves_[at].room == 0) continue;
        if (other == sink) {
          reaches_sink = true;
        } else if (away_[other] == unreached) {
          away_[other] = away_[node] + 1;
          queue_[known++] = other;
        }
      }
    }
    return reaches_sink;
  }

  // fill sends what it can over ways on which each arc leads one further from the source, or to the sink: the shortest
  // ways, and of those which are longer the ones that need no other measure.
  void fill(std::uint32_t source, std::uint32_t sink) {
    next_ = first_;
    std::vector<std::uint32_t> way;
    for (std::uint32_t node = source;;) {
      if (node == sink) {
        node = send(way);
      } else if (has_next(node, sink)) {
        way.push_back(next_[node]);
        node = halves_[next_[node]].to;
      } else if (node == source) {
        return;
      } else {
        away_[node] = unreached;
        node = tail(way.back());
        ++next_[node];
        way.pop_back();
      }
    }
  }

  // reached says, where the sink was not, what is.
  std::vector<bool> reached() const {
    std::vector<bool> out(away_.size());
    std::transform(away_.begin(), away_.end(), out.begin(), [](std::uint32_t away) { return away != unreached; });
    return out;
  }

  std::int64_t room(std::size_t arc) const { return halves_[place_[arc]].room; }

 private:
  static constexpr std::uint32_t unreached = std::numeric_limits<std::uint32_t>::max();

  struct Half {
    std::uint32_t to;
    std::uint32_t back;  // the other half
    std::int64_t room;
  };

  std::uint32_t tail(std::uint32_t half) const { return halves_[halves_[half].back].to; }

  bool has_next(std::uint32_t node, std::uint32_t sink) {
    for (std::uint32_t& at = next_[node]; at < first_[node + 1]; ++at) {
      const std::uint32_t other = halves_[at].to;
      if (halves_[at].room > 0 && (other == sink || away_[other] == away_[node] + 1)) return true;
    }
    return false;
  }

  // send fills a way and goes back to where it is full first.
  std::uint32_t send(std::vector<std::uint32_t>& way) {
    const auto room = [&](std::uint32_t half) { return halves_[half].room; };
    const auto full = std::ranges::min_element(way, {}, room);
    const std::int64_t least = room(*full);
    for (const std::uint32_t half : way) {
      halves_[half].room -= least;
      halves_[halves_[half].back].room += least;
    }
    const std::uint32_t node = tail(*full);
    way.erase(full, way.end());
    return node;
  }

  std::vector<std::uint32_t> first_;  // of each node's halves
  std::vector<Half> halves_;
  std::vector<std::uint32_t> away_;
  std::vector<std::uint32_t> queue_;
  std::vector<std::uint32_t> next_;   // of each node's halves, that was not tried yet
  std::vector<std::uint32_t> place_;  // of each arc, its half
};

}  // namespace

MaxFlow max_flow(std::uint32_t nodes, std::uint32_t source, std::uint32_t sink, std::span<const Arc> arcs) {
  Residual residual(nodes, arcs);
  while (residual.measure(source, sink)) residual.fill(source, sink);
  // What the residual network still reaches from the source is on every minimum cut's source side.
  MaxFlow out{residual.reached(), {}};
  out.flow.reserve(arcs.size());
  for (std::size_t i = 0; i < arcs.size(); ++i) out.flow.push_back(arcs[i].capacity - residual.room(i));
  return out;
}

}  // namespace cordon::contain
