// SPDX-License-Identifier: Apache-2.0
// Max-flow, and the minimum cut nearest the source that follows from it. Knows arcs, not hospitals.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cordon::contain {

struct Arc {
  std::uint32_t from;
  std::uint32_t to;
  std::int64_t capacity;  // ≥ 0; the sum of all is under 2^62, a few arcs may carry one more than the finite sum
};

/// MaxFlow: `side` says for every node whether it stands on the source's side of the minimum cut: the smallest such
/// side, which is the same whatever maximum flow was found. `flow` is what one such flow sends over each arc.
struct MaxFlow {
  std::vector<bool> side;
  std::vector<std::int64_t> flow;  // in the order of the arcs
};

/// max_flow: no arc leads into `source` or out of `sink`. Algorithm: Dinic, 1970, with the sink at no distance of its
/// own: a way may end from wherever it has come to. The shortest ways are among those that one phase fills, so each
/// phase makes the shortest longer, as Dinic's do.
MaxFlow max_flow(std::uint32_t nodes, std::uint32_t source, std::uint32_t sink, std::span<const Arc> arcs);

}  // namespace cordon::contain
