// SPDX-License-Identifier: Apache-2.0
#include "app/orders.h"

#include <functional>

#include "app/clock.h"
#include "app/own_time.h"
#include "event/json.h"

namespace cordon::app {

namespace {

constexpr std::size_t reason_bytes_max = 500;
constexpr std::size_t line_key_bytes_max = 512;  // two declared names of 128 bytes and words
constexpr std::size_t approval_id_bytes_max = 64;

using HandIn = std::function<http::Answer(event::Input)>;

bool is_cut_id(const std::string& id) {
  constexpr std::size_t id_bytes_max = 32;
  return id.size() <= id_bytes_max && id.starts_with("cut-") && id.size() > 4 &&
         id.find_first_not_of("0123456789", 4) == std::string::npos;
}

// What is done about cuts and about what waits for people.
void add_cut_orders(Door& door, const HandIn& hand_in) {
  door.on("/api/rollback", people::Action::roll_back, [hand_in](const Door::Asked& asked) {
    const auto wish = http::parse_rollback(asked.body);
    if (!wish) return refused(400, "malformed");
    if (!is_cut_id(wish->cut)) return refused_because(409, "no such cut");
    return hand_in(event::RollBack{wall_now(), wish->cut, asked.who.name, asked.who.session, wish->reason});
  });
  door.on("/api/approve", people::Action::decide_care, [hand_in](const Door::Asked& asked) {
    const auto f = http::parse_fields(asked.body, {"id", "digest", "approves", "reason"});
    if (!f || (f->at("approves") != "yes" && f->at("approves") != "no")) return refused(400, "malformed");
    return hand_in(event::ApprovalWish{wall_now(), f->at("id").substr(0, approval_id_bytes_max), f->at("digest"),
                                       asked.who.name, asked.who.session, f->at("approves") == "yes",
                                       f->at("reason").substr(0, reason_bytes_max)});
  });
}

// What people decide about plans.
void add_plan_orders(Door& door, const HandIn& hand_in) {
  door.on("/api/line", people::Action::decide_line, [hand_in](const Door::Asked& asked) {
    const auto f = http::parse_fields(asked.body, {"key", "wish", "reason"});
    if (!f || f->at("key").empty() || f->at("key").size() > line_key_bytes_max) return refused(400, "malformed");
    const auto wish = event::line_wish_from_word(f->at("wish"));
    if (!wish) return refused(400, "malformed");
    return hand_in(event::LineDecided{wall_now(), f->at("key"), *wish, asked.who.name, asked.who.session,
                                      f->at("reason").substr(0, reason_bytes_max)});
  });
  door.on("/api/hand", people::Action::decide_line, [hand_in](const Door::Asked& asked) {
    const auto f = http::parse_fields(asked.body, {"key", "done", "remark"});
    if (!f || f->at("key").empty() || f->at("key").size() > line_key_bytes_max) return refused(400, "malformed");
    if (f->at("done") != "yes" && f->at("done") != "no") return refused(400, "malformed");
    return hand_in(event::HandDone{wall_now(), f->at("key"), f->at("done") == "yes", asked.who.name, asked.who.session,
                                   f->at("remark").substr(0, reason_bytes_max)});
  });
  door.on("/api/freeze", people::Action::freeze, [hand_in](const Door::Asked& asked) {
    const auto f = http::parse_fields(asked.body, {"frozen", "reason"});
    if (!f || (f->at("frozen") != "yes" && f->at("frozen") != "no")) return refused(400, "malformed");
    return hand_in(event::Freeze{wall_now(), f->at("frozen") == "yes", asked.who.name, asked.who.session,
                                 f->at("reason").substr(0, reason_bytes_max)});
  });
  door.on("/api/mode", people::Action::change_mode, [hand_in](const Door::Asked& asked) {
    const auto f = http::parse_fields(asked.body, {"mode", "reason"});
    const auto mode =
        f ? event::mode_from_word(f->at("mode")) : Result<event::Mode>(fail(ErrorCode::malformed, "mode"));
    if (!mode) return refused(400, "malformed");
    return hand_in(event::ModeChosen{wall_now(), *mode, asked.who.name, asked.who.session,
                                     f->at("reason").substr(0, reason_bytes_max)});
  });
}

}  // namespace

void add_orders(Door& door, InputQueue& inputs, const StationClock& clock) {
  const auto hand_in = [&inputs, &clock](event::Input input) {
    return inputs.push(in_own_time(std::move(input), clock)) ? taken() : refused(503, "busy");
  };
  add_cut_orders(door, hand_in);
  add_plan_orders(door, hand_in);
}

}  // namespace cordon::app
