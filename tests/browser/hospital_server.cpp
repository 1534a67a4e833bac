// SPDX-License-Identifier: Apache-2.0
// hospital_server is control without a logbook, a sensor or an enforcer: engine, people, orders and the page, on an
// estate from a folder. A test is the world around it. One input of the engine a line on standard input, as
// event::input_from_text reads it; on standard output "port N" and "code C", then "effect {…}" for each that control
// releases. It ends with its input.    usage: hospital_server ESTATE PEOPLE [PORT [samba]]
// With "samba" there is also a file server that tells the users of one address apart.
#include <sodium.h>

#include <cstdlib>
#include <deque>
#include <iostream>
#include <string_view>
#include <thread>

#include "app/clock.h"
#include "app/control.h"
#include "app/door.h"
#include "app/estate_files.h"
#include "app/network_board.h"
#include "app/orders.h"
#include "engine/situation.h"
#include "event/json.h"
#include "web/assets.h"

namespace {

using namespace cordon;

constexpr std::size_t inputs_max = 65536;
constexpr std::size_t batch_max = 1024;

/// Entries is the logbook the page may page through; written by control, read by the web server.
class Entries {
 public:
  void add(std::string entry) { incoming_.push(std::move(entry)); }
  std::vector<std::string> page(std::uint64_t from, std::size_t limit) {
    for (std::string& entry : incoming_.pop_batch(inputs_max, std::chrono::milliseconds(0))) {
      entries_.push_back(std::move(entry));
    }
    std::vector<std::string> out;
    for (std::size_t i = std::max<std::uint64_t>(from, 1) - 1; i < entries_.size() && out.size() < limit; ++i) {
      out.push_back(entries_[i]);
    }
    return out;
  }

 private:
  BoundedQueue<std::string> incoming_{inputs_max};
  std::deque<std::string> entries_;  // the server's thread only
};

void read_inputs(app::InputQueue& inputs) {
  for (std::string line; std::getline(std::cin, line);) {
    auto input = event::input_from_text(line);
    if (!input || !inputs.push(std::move(*input))) std::cout << "refused " << line << std::endl;
  }
  inputs.close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || sodium_init() < 0) return 1;
  const estate::Loaded loaded = app::read_estate(argv[1]);
  if (!loaded.problems.empty()) return 1;

  app::InputQueue inputs(inputs_max);
  Entries entries;
  engine::Policy policy;
  policy.means = {{"nftables", "cordon-nft", event::Reach::exact, true}};
  if (argc > 4 && argv[4] == std::string_view("samba")) {
    policy.means.push_back({"samba", "cordon-smb", event::Reach::file_service, false, true});
  }
  auto door = app::Door::open({.desk = {argv[2], people::HashCost::lowest(), app::wall_now, people::system_random()},
                               .open_reading = true,
                               .record = [&](event::Input input) { return inputs.push(std::move(input)); }},
                              people::Roster{});
  if (!door) return 1;
  const app::StationClock clock;
  app::add_orders(**door, inputs, clock);
  app::NetworkBoard network(loaded.estate);
  http::ServerOptions web;
  web.port = argc > 3 ? static_cast<std::uint16_t>(std::strtoul(argv[3], nullptr, 10)) : std::uint16_t{0};
  web.assets = web::assets();
  web.actions = (*door)->actions();
  (*door)->serve(web.callbacks);
  web.callbacks.log = [&](std::uint64_t from, std::size_t limit) { return entries.page(from, limit); };
  web.callbacks.read = [&](std::string_view path, std::string_view query) { return network.read(path, query); };
  auto http = http::Server::start(std::move(web));
  if (!http) return 1;
  app::Control control(
      engine::Engine(policy, loaded.estate, engine::State(policy.tally)), std::nullopt,
      {[&](std::span<const engine::Recorded> events) {
         std::vector<std::string> texts;
         for (const engine::Recorded& r : events) texts.push_back(engine::entry_json(r.entry, 1, r.event));
         for (const std::string& text : texts) entries.add(text);
         http->publish_entries(std::move(texts));
       },
       [](const event::Effect& effect) { std::cout << "effect " << event::to_text(effect) << std::endl; }});
  std::cout << "code " << (*door)->set_up_code() << "\nport " << http->port() << std::endl;

  std::jthread reader([&] { read_inputs(inputs); });
  control.take({{event::Input{event::Started{app::wall_now(), "test", "", policy.mode}}}});
  while (!inputs.closed()) {
    std::vector<app::Incoming> batch = inputs.pop_batch(batch_max, std::chrono::milliseconds(200));
    batch.emplace_back(event::Tick{app::wall_now()});
    control.take_in(std::move(batch));
    http->publish_situation(engine::situation_json(
        control.engine(), {"chv-1", "test", app::wall_now(), "", 0, network.note(control.engine().state())}));
  }
  http->stop();
  (*door)->close();
  return 0;
}
