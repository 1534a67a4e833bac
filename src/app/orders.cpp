// SPDX-License-Identifier: Apache-2.0
#include "app/orders.h"

#include <functional>
#include <nlohmann/json.hpp>

#include "app/clock.h"
#include "app/own_time.h"
#include "base/text.h"
#include "engine/situation.h"
#include "event/json.h"

namespace cordon::app {

namespace {

constexpr std::size_t reason_bytes_max = 500;
constexpr std::size_t line_key_bytes_max = 512;  // two declared names of 128 bytes and words
constexpr std::size_t approval_id_bytes_max = 64;

using Made = Result<event::Input>;
using MakeOrder = std::function<Made(const Door::Asked&)>;
/// Add registers an order: its path, the right it needs, and what makes it an input; fails where it is malformed.
using Add = std::function<void(const char* path, people::Action right, MakeOrder make)>;

Made malformed_order() {
  return fail(ErrorCode::malformed, "order");
}

std::string words(const http::Fields& fields, std::string_view name) {
  return std::string(beginning_of(fields.find(name)->second, reason_bytes_max));
}

// words_of gives what a person wrote beside an order.
std::string_view words_of(const event::Input& order) {
  return std::visit(
      [](const auto& o) -> std::string_view {
        if constexpr (requires { o.reason; }) return o.reason;
        if constexpr (requires { o.remark; }) return o.remark;
        return {};
      },
      order);
}

http::Answer answer_to_order(const std::string& why_not) {
  if (why_not.empty()) return taken();
  const nlohmann::json why = {{"fr", engine::in_french(why_not)}, {"en", why_not}};
  return {409, nlohmann::json{{"ok", false}, {"why", why}}.dump(), std::nullopt};
}

bool is_cut_id(const std::string& id) {
  constexpr std::size_t id_bytes_max = 32;
  return id.size() <= id_bytes_max && id.starts_with("cut-") && id.size() > 4 &&
         id.find_first_not_of("0123456789", 4) == std::string::npos;
}

// What is done about cuts and about what waits for people.
void add_cut_orders(const Add& add) {
  add("/api/rollback", people::Action::roll_back, [](const Door::Asked& asked) -> Made {
    const auto f = http::parse_fields(asked.body, {"cut", "reason"});
    if (!f || !is_cut_id(f->at("cut"))) return malformed_order();
    return event::RollBack{wall_now(), f->at("cut"), asked.who.name, asked.who.session, words(*f, "reason")};
  });
  add("/api/approve", people::Action::decide_care, [](const Door::Asked& asked) -> Made {
    const auto f = http::parse_fields(asked.body, {"id", "digest", "approves", "reason"});
    if (!f || (f->at("approves") != "yes" && f->at("approves") != "no")) return malformed_order();
    return event::ApprovalWish{wall_now(),         f->at("id").substr(0, approval_id_bytes_max),
                               f->at("digest"),    asked.who.name,
                               asked.who.session,  f->at("approves") == "yes",
                               words(*f, "reason")};
  });
}

// What people decide about plans.
void add_plan_orders(const Add& add) {
  add("/api/line", people::Action::decide_line, [](const Door::Asked& asked) -> Made {
    const auto f = http::parse_fields(asked.body, {"key", "wish", "reason"});
    if (!f || f->at("key").empty() || f->at("key").size() > line_key_bytes_max) return malformed_order();
    const auto wish = event::line_wish_from_word(f->at("wish"));
    if (!wish) return malformed_order();
    return event::LineDecided{wall_now(), f->at("key"), *wish, asked.who.name, asked.who.session, words(*f, "reason")};
  });
  add("/api/hand", people::Action::decide_line, [](const Door::Asked& asked) -> Made {
    const auto f = http::parse_fields(asked.body, {"key", "done", "remark"});
    if (!f || f->at("key").empty() || f->at("key").size() > line_key_bytes_max) return malformed_order();
    if (f->at("done") != "yes" && f->at("done") != "no") return malformed_order();
    return event::HandDone{wall_now(),     f->at("key"),      f->at("done") == "yes",
                           asked.who.name, asked.who.session, words(*f, "remark")};
  });
  add("/api/freeze", people::Action::freeze, [](const Door::Asked& asked) -> Made {
    const auto f = http::parse_fields(asked.body, {"frozen", "reason"});
    if (!f || (f->at("frozen") != "yes" && f->at("frozen") != "no")) return malformed_order();
    return event::Freeze{wall_now(), f->at("frozen") == "yes", asked.who.name, asked.who.session, words(*f, "reason")};
  });
  add("/api/mode", people::Action::change_mode, [](const Door::Asked& asked) -> Made {
    const auto f = http::parse_fields(asked.body, {"mode", "reason"});
    const auto mode =
        f ? event::mode_from_word(f->at("mode")) : Result<event::Mode>(fail(ErrorCode::malformed, "mode"));
    if (!mode) return malformed_order();
    return event::ModeChosen{wall_now(), *mode, asked.who.name, asked.who.session, words(*f, "reason")};
  });
}

}  // namespace

void add_orders(Door& door, InputQueue& inputs, const StationClock& clock) {
  const auto add = [&door, &inputs, &clock](const char* path, people::Action right, MakeOrder make) {
    door.on_later(path, right,
                  [&inputs, &clock, make = std::move(make)](const Door::Asked& asked, const http::Reply& reply) {
                    Made made = make(asked);
                    if (!made) return reply([] { return refused(400, "malformed"); });
                    if (has_unseen(words_of(*made))) return reply([] { return refused(400, "unseen"); });
                    const auto answer = [reply](const std::string& why_not) {
                      reply([why_not] { return answer_to_order(why_not); });
                    };
                    const bool waits = inputs.push({in_own_time(std::move(*made), clock), answer});
                    if (!waits) reply([] { return refused(503, "busy"); });
                  });
  };
  add_cut_orders(add);
  add_plan_orders(add);
}

}  // namespace cordon::app
