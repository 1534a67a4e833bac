// SPDX-License-Identifier: Apache-2.0
// page_server serves the browser client with states that a test writes, so that every state of the page can be shown
// without an attack. One command a line on standard input:
//   situation {…}      publish it          entry {…}   add it to the logbook
//   deny               refuse rollbacks    accept      take them
// It prints "port N" first, then "rollback <cut> <reason>" for each one asked. It ends with its input.
#include <atomic>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "base/queue.h"
#include "io/http.h"
#include "io/http_rules.h"
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
      const auto sequence = cordon::io::entry_sequence(entry);
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
  cordon::io::HttpOptions options;
  options.port = argc > 1 ? static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10)) : std::uint16_t{0};
  options.assets = cordon::web::assets();
  options.callbacks.log = [&](std::uint64_t from, std::size_t limit) { return record.page(from, limit); };
  options.callbacks.rollback = [&](const std::string& cut, const std::string& reason) {
    std::cout << "rollback " << cut << ' ' << reason << std::endl;
    return cordon::io::RollbackAnswer{!deny, "Une autre personne doit l’approuver."};
  };
  auto server = cordon::io::HttpServer::start(std::move(options));
  if (!server) {
    std::cerr << "page_server: " << server.error().where << " errno=" << server.error().offset << '\n';
    return 1;
  }
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
  return 0;
}
