// SPDX-License-Identifier: Apache-2.0
#include "app/door.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "event/json.h"

namespace cordon::app {

using nlohmann::json;

namespace {

std::string json_text(const json& j) {
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

http::Answer answer_of(const people::Said& said) {
  if (!said.ok) {
    const unsigned status = said.word == "wait" ? 429 : said.word == "busy" ? 503 : 403;
    json body = {{"ok", false}, {"word", said.word}};
    if (said.wait_seconds > 0) body["wait"] = said.wait_seconds;
    return {status, json_text(body), std::nullopt};
  }
  json body = {{"ok", true}, {"name", said.name}};
  if (!said.code.empty()) body["code"] = said.code;
  http::Answer out{200, json_text(body), std::nullopt};
  if (!said.token.empty()) out.session = said.token;
  return out;
}

people::Said malformed() {
  people::Said out;
  out.word = "malformed";
  return out;
}

}  // namespace

http::Answer refused(unsigned status, std::string_view word) {
  return {status, json_text({{"ok", false}, {"word", word}}), std::nullopt};
}

http::Answer refused_because(unsigned status, std::string_view why) {
  return {status, json_text({{"ok", false}, {"why", why}}), std::nullopt};
}

http::Answer taken() {
  return {202, R"({"ok":true})", std::nullopt};
}

bool is_loopback_address(const std::string& address) {
  if (address == "localhost") return true;
  const auto parsed = IpAddress::parse(address);
  if (!parsed) return false;
  return parsed->v6 ? parsed->text() == "::1" : parsed->bytes[0] == 127;
}

Result<std::unique_ptr<Door>> Door::open(Options options, const people::Roster& roster) {
  std::shared_ptr<SessionQueue> sessions;
  if (options.keep_apart) {
    sessions = std::make_shared<SessionQueue>(sessions_waiting_max);
    options.desk.keep = [sessions](const people::Sessions& open) { sessions->push(open); };
  }
  people::Desk desk = CORDON_TRY(people::Desk::open(options.desk, roster));
  std::unique_ptr<Door> out(new Door(std::move(options), std::move(desk), std::move(sessions)));
  out->hand_over();
  return out;
}

Door::Door(Options options, people::Desk desk, std::shared_ptr<SessionQueue> sessions)
    : options_(std::move(options)),
      desk_(std::move(desk)),
      own_screen_token_(people::make_token(options_.desk.random)),
      sessions_(std::move(sessions)),
      hashing_([this](const std::stop_token& stop) { hash_until(stop); }) {
  if (sessions_) keeping_ = std::jthread([this] { keep_sessions(); });
}

Door::~Door() {
  close();
}

void Door::close() {
  known_.close();
  strangers_.close();
  hashing_.request_stop();
  if (hashing_.joinable()) hashing_.join();
  if (sessions_) sessions_->close();
  if (keeping_.joinable()) keeping_.join();
}

void Door::on(const std::string& path, people::Action right, Handler handler) {
  on_later(path, right, [handler = std::move(handler)](const Asked& asked, const http::Reply& reply) {
    reply([answer = handler(asked)] { return answer; });
  });
}

void Door::on_later(const std::string& path, people::Action right, LaterHandler handler) {
  actions_[path] = {right, std::move(handler)};
}

bool Door::at_own_screen(const std::string& address) const {
  return options_.own_screen && is_loopback_address(address);
}

std::vector<http::Action> Door::actions() const {
  std::vector<http::Action> out{{"/api/sign-in", true}, {"/api/enter", true},   {"/api/sign-out", false},
                                {"/api/awake", false},  {"/api/invite", false}, {"/api/passphrase", false}};
  for (const auto& [path, action] : actions_) out.push_back({path, false});
  return out;
}

void Door::serve(http::Callbacks& callbacks) {
  callbacks.visitor = [this](const http::Who& who) { return visitor(who); };
  callbacks.act = [this](const http::Act& asked, const http::Reply& reply) { act(asked, reply); };
  callbacks.tend = [this] {
    desk_.tend();
    hand_over();
  };
}

std::string Door::set_up_code() const {
  return desk_.set_up_code().empty() ? "" : people::show_code(desk_.set_up_code());
}

http::Visitor Door::visitor(const http::Who& asking) {
  const people::Visitor who = desk_.visitor(asking.session);
  const bool here = at_own_screen(asking.address);
  http::Visitor out;
  out.reads =
      here || (who.signed_in ? people::may(who.roles, people::Action::see) : options_.open_reading && !desk_.set_up());
  out.page_token = here && !who.signed_in ? own_screen_token_ : who.page_token;
  out.name = here && !who.signed_in ? own_screen_name : who.name;
  out.attends = here || (who.acts && people::may(who.roles, people::Action::attend));
  json roles = json::array();
  json may = json::array();
  for (const people::Role role : who.roles.list()) roles.push_back(std::string(event::word(role)));
  for (std::size_t i = 0; i < people::actions_count; ++i) {
    const auto action = static_cast<people::Action>(i);
    const bool anybody = here && (action == people::Action::see || action == people::Action::attend);
    if (anybody || people::may(who.roles, action)) may.push_back(std::string(people::word(action)));
  }
  out.json = json_text({{"type", "me"},
                        {"signed_in", who.signed_in},
                        {"acts", who.acts || here},
                        {"own_screen", here},
                        {"name", out.name},
                        {"roles", roles},
                        {"may", may},
                        {"reads", out.reads},
                        {"set_up", desk_.set_up()},
                        {"second", who.signed_in && desk_.wants_second()},
                        {"token", out.page_token}});
  return out;
}

people::Desk::Begun Door::begin(const http::Act& act) {
  const people::Visitor who = desk_.visitor(act.session);
  if (act.path == "/api/sign-in") {
    const auto f = http::parse_fields(act.body, {"name", "passphrase"});
    return f ? desk_.begin_sign_in(f->at("name"), f->at("passphrase"), act.address) : malformed();
  }
  if (act.path == "/api/enter") {
    const auto f = http::parse_fields(act.body, {"code", "name", "passphrase"});
    return f ? desk_.begin_enter(f->at("code"), f->at("name"), f->at("passphrase"), act.address) : malformed();
  }
  if (act.path == "/api/passphrase") {
    const auto f = http::parse_fields(act.body, {"old", "passphrase"});
    return f ? desk_.begin_change(who, f->at("old"), f->at("passphrase"), act.address) : malformed();
  }
  const auto f = http::parse_fields(act.body, {"name"});
  return f ? desk_.begin_invite(who, f->at("name")) : malformed();
}

/// act_at_once takes what needs no hash; false for everything else.
bool Door::act_at_once(const http::Act& act, const http::Reply& reply) {
  const auto found = actions_.find(act.path);
  const bool session_only = act.path == "/api/sign-out" || act.path == "/api/awake";
  if (found == actions_.end() && !session_only) return false;
  const auto answer = [&](http::Answer said) {
    reply([said = std::move(said)] { return said; });
    return true;
  };
  people::Visitor who = desk_.visitor(act.session);
  if (!session_only) {
    const people::Action right = found->second.right;
    const bool may = who.signed_in && who.acts && people::may(who.roles, right);
    if (!may && right == people::Action::attend && at_own_screen(act.address)) {
      who = {};
      who.name = own_screen_name;
      found->second.handler({who, act.body}, reply);
      return true;
    }
  }
  if (!who.signed_in) return answer(refused(401, "sign_in"));
  if (act.path == "/api/sign-out") {
    desk_.sign_out(who);
    http::Answer out = taken();
    out.session = "";
    return answer(std::move(out));
  }
  if (!who.acts) return answer(refused(403, "idle"));  // sees still; acting takes the passphrase again
  if (act.path == "/api/awake") {
    desk_.use(who);
    return answer(taken());
  }
  if (!people::may(who.roles, found->second.right)) return answer(refused(403, "not_allowed"));
  desk_.use(who);
  found->second.handler({who, act.body}, reply);
  return true;
}

void Door::act(const http::Act& asked, const http::Reply& reply) {
  if (act_at_once(asked, reply)) {
    hand_over();
    return;
  }
  people::Desk::Begun begun = begin(asked);
  hand_over();
  if (const auto* said = std::get_if<people::Said>(&begun)) {
    reply([answer = answer_of(*said)] { return answer; });
    return;
  }
  Waiting waiting{std::move(std::get<people::HashJob>(begun)), reply, asked.session};
  BoundedQueue<Waiting>& queue = waiting.job.known ? known_ : strangers_;
  if (!queue.push(std::move(waiting))) reply([] { return refused(503, "busy"); });
}

void Door::hash_until(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::vector<Waiting> batch = known_.pop_batch(1, std::chrono::milliseconds(0));
    if (batch.empty()) batch = strangers_.pop_batch(1, hash_poll);
    for (Waiting& one : batch) {
      const people::HashDone done = people::run(one.job, options_.desk.cost);
      one.reply([this, job = std::move(one.job), session = std::move(one.session), done] {
        const http::Answer answer = answer_of(desk_.finish(job, done));
        // The browser has one cookie: whose session it was until now is over.
        if (answer.session) desk_.sign_out(desk_.visitor(session));
        hand_over();
        return answer;
      });
    }
  }
}

/// keep_sessions writes what the desk hands over until closed; of several only the newest counts.
void Door::keep_sessions() {
  const auto store = people::Store::open(options_.desk.folder);
  while (!sessions_->closed()) {
    const std::vector<people::Sessions> batch = sessions_->pop_batch(sessions_waiting_max, hash_poll);
    // If it fails, a restart asks for the passphrase again.
    if (store && !batch.empty()) static_cast<void>(store->save(batch.back()));
  }
}

/// hand_over gives the logbook what happened; what it cannot take now waits.
void Door::hand_over() {
  for (event::Input& input : desk_.take_events()) {
    if (outbox_.size() < outbox_max) outbox_.push_back(std::move(input));
  }
  std::size_t handed = 0;
  while (handed < outbox_.size() && options_.record(outbox_[handed])) ++handed;
  outbox_.erase(outbox_.begin(), outbox_.begin() + static_cast<std::ptrdiff_t>(handed));
}

}  // namespace cordon::app
