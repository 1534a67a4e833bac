// SPDX-License-Identifier: Apache-2.0
// page_server serves the browser client with states that a test writes, so that every state of the page can be shown
// without an attack. One command a line on standard input:
//   situation {…}      publish it          entry {…}   add it to the logbook
//   deny               refuse rollbacks    accept      take them
// It prints "port N" and "code C" first, then "rollback <person> <cut> <reason>" for each one asked. It ends with its
// input. A folder as second argument keeps the accounts; without one there are none and anybody acts as "console".
#include <sodium.h>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/door.h"
#include "base/queue.h"
#include "http/rules.h"
#include "http/server.h"
#include "web/assets.h"

namespace {

/// Record is the logbook the page may page through; handed to the server's thread over a queue.
class Record {
 public:
  void add(std::string entry) { incoming_.push(std::move(entry)); }

  std::vector<std::string> page(std::uint64_t from, std::size_t limit) {
    for (std::string& entry : incoming_.pop_batch(incoming_max, std::chrono::milliseconds(0))) {
      entries_.push_back(std::move(entry));
    }
    std::vector<std::string> out;
    for (const std::string& entry : entries_) {
      const auto sequence = cordon::http::entry_sequence(entry);
      if (sequence && *sequence >= from && out.size() < limit) out.push_back(entry);
    }
    return out;
  }

 private:
  static constexpr std::size_t incoming_max = 10000;
  cordon::BoundedQueue<std::string> incoming_{incoming_max};
  std::deque<std::string> entries_;  // the server's thread only
};

}  // namespace

int main(int argc, char** argv) {
  Record record;
  std::atomic<bool> deny{false};
  cordon::http::ServerOptions options;
  options.port = argc > 1 ? static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10)) : std::uint16_t{0};
  options.assets = cordon::web::assets();
  options.callbacks.log = [&](std::uint64_t from, std::size_t limit) { return record.page(from, limit); };
  const std::string folder = argc > 2 ? argv[2] : "";
  const auto rollback = [&](const std::string& who, const std::string& body) -> cordon::http::Answer {
    const auto wish = cordon::http::parse_fields(body, {"cut", "reason"});
    if (!wish) return cordon::app::refused(400, "malformed");
    std::cout << "rollback " << who << ' ' << wish->at("cut") << ' ' << wish->at("reason") << std::endl;
    if (deny) return cordon::app::refused_because(409, "Une autre personne doit l’approuver.");
    return cordon::app::taken();
  };
  std::unique_ptr<cordon::app::Door> door;
  if (folder.empty()) {
    options.actions = {{"/api/rollback"}};
    options.callbacks.visitor = [](const cordon::http::Who&) {
      return cordon::http::Visitor{
          true, "console",
          R"({"type":"me","signed_in":true,"acts":true,"name":"console","roles":["cyber"],"may":["see","roll_back"],)"
          R"("reads":true,"set_up":true,"second":false,"token":"console"})"};
    };
    options.callbacks.act = [&](const cordon::http::Act& act, const cordon::http::Reply& reply) {
      reply([answer = rollback("console", act.body)] { return answer; });
    };
  } else {
    if (sodium_init() < 0) return 1;
    const auto now = [] { return std::chrono::time_point_cast<cordon::Micros>(std::chrono::system_clock::now()); };
    auto opened = cordon::app::Door::open(
        {.desk = {folder, cordon::people::HashCost::lowest(), now, cordon::people::system_random()},
         .open_reading = true,
         .record = [](const cordon::event::Input&) { return true; }},
        cordon::people::Roster{});
    if (!opened) return 1;
    door = std::move(*opened);
    door->on("/api/rollback", cordon::people::Action::roll_back,
             [&](const cordon::app::Door::Asked& asked) { return rollback(asked.who.name, asked.body); });
    options.actions = door->actions();
    door->serve(options.callbacks);
  }
  auto server = cordon::http::Server::start(std::move(options));
  if (!server) {
    std::cerr << "page_server: " << server.error().where << " errno=" << server.error().offset << '\n';
    return 1;
  }
  if (door) std::cout << "code " << door->set_up_code() << std::endl;
  std::cout << "port " << server->port() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    const std::string command = line.substr(0, line.find(' '));
    const std::string rest = command.size() < line.size() ? line.substr(command.size() + 1) : std::string{};
    if (command == "situation") {
      server->publish_situation(rest);
    } else if (command == "entry") {
      record.add(rest);
      server->publish_entries({rest});
    } else if (command == "deny" || command == "accept") {
      deny = command == "deny";
    }
  }
  server->stop();
  if (door) door->close();
  return 0;
}
