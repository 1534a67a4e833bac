// SPDX-License-Identifier: Apache-2.0
#include "gateway/lost_watch.h"

#include <utility>

#include "io/datagrams_lost.h"

namespace cordon::gateway {

namespace {

constexpr std::chrono::seconds over_after{60};

}  // namespace

void LostWatch::look(std::initializer_list<int> sockets, MonoTime now, const GatewaySink& sink) {
  std::uint32_t lost = 0;
  for (const int socket : sockets) lost += io::datagrams_lost(socket);
  if (std::exchange(lost_, lost) != lost) lost_at_ = now;
  const bool is_lost = lost_at_ != MonoTime{} && now - lost_at_ <= over_after;
  if (told_ == is_lost) return;
  if (sink.say(event::OwnTrouble{sink.now(), condition_, event::AlarmPriority::medium, "", is_lost})) told_ = is_lost;
}

}  // namespace cordon::gateway
