// SPDX-License-Identifier: Apache-2.0
// cordon serve: the control process. It holds no right and owns the logbook. Of what is sent on the network it reads
// the requests of browsers, by which it is reached, and the answers of switches where `means` names radius; no frame of
// the mirror and no byte of a medical device.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <thread>

#include "app/clock.h"
#include "app/commands.h"
#include "app/config.h"
#include "app/control.h"
#include "app/door.h"
#include "app/enforcer.h"
#include "app/network_board.h"
#include "app/orders.h"
#include "app/own_time.h"
#include "app/own_ways.h"
#include "app/say.h"
#include "app/sealing.h"
#include "app/sensor_link.h"
#include "app/stop_signal.h"
#include "app/version.h"
#include "app/web_place.h"
#include "app/weigher.h"
#include "engine/journal.h"
#include "engine/situation.h"
#include "http/server.h"
#include "io/message_socket.h"
#include "web/assets.h"

namespace cordon::app {

namespace {

constexpr std::size_t inputs_max = 65536;  // observations of some hundred bytes: under 64 MiB
constexpr std::size_t batch_max = 1024;
constexpr std::chrono::milliseconds inputs_wait{100};
constexpr std::chrono::milliseconds commit_wait{50};
constexpr std::chrono::hours certificate_looked_at_every{1};  // how often its end is looked at

std::string entry_text(const logbook::Entry& entry) {
  const auto event = engine::event_of(entry);
  return event ? engine::entry_json(entry.sequence, entry.epoch, *event) : std::string();
}

std::vector<std::string> entry_texts(const logbook::Reader& book, std::uint64_t from, std::size_t limit) {
  std::vector<std::string> out;
  const auto entries = book.read(Sequence{from}, limit);
  if (!entries) return out;
  for (const logbook::Entry& entry : *entries) {
    if (std::string text = entry_text(entry); !text.empty()) out.push_back(std::move(text));
  }
  return out;
}

Result<logbook::Logbook> open_book(const Config& config) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(config.book_path()).parent_path(), error);
  std::filesystem::create_directories(std::filesystem::path(config.sensor_socket()).parent_path(), error);
  if (error) return fail(ErrorCode::io, "data folder", static_cast<std::uint64_t>(error.value()));
  return logbook::Logbook::open({.path = config.book_path(), .box = config.box, .now = wall_now});
}

}  // namespace

int serve(const std::string& config_path, bool json) {
  const Checked checked = read_config(config_path, http::addresses_of_this_box());
  if (!checked.problems.empty()) {
    print_problems(checked.problems);
    return checked.unreadable ? exit_input : exit_usage;
  }
  const Config& config = checked.config;
  catch_stop_signals();
  ::umask(0022);

  const StationClock clock;
  InputQueue inputs(inputs_max);
  std::string why;
  const std::unique_ptr<Enforcers> enforcers = Enforcers::open(config, checked.estate, why);
  if (enforcers == nullptr) {
    complain(why);
    return exit_input;
  }

  auto book = open_book(config);
  if (!book) {
    complain(why_no_book(book.error(), {config.book_path(), config.box, "Cordon", "'data' folder"}));
    return exit_input;
  }
  auto state = engine::rebuild(*book, config.policy().tally);
  if (!state) {
    complain(fmt::format("entry {} of {} cannot be read ({}); `cordon log verify` says more", state.error().offset,
                         config.book_path(), to_string(state.error().code)));
    return exit_input;
  }

  auto reader = logbook::Reader::open(config.book_path());
  if (!reader) {
    complain(sentence_for(reader.error(), config.book_path()));
    return exit_input;
  }
  const std::uint64_t last = book->last().value;
  const std::uint64_t epoch = book->epoch();
  auto recent =
      entry_texts(*reader, last > http::live_recent_max ? last - http::live_recent_max + 1 : 1, http::live_recent_max);
  auto door =
      Door::open({.desk = {config.people_folder(), {}, wall_now, people::system_random()},
                  .open_reading = is_loopback_address(config.web_address),
                  .record = [&](event::Input input) { return inputs.push(in_own_time(std::move(input), clock)); }},
                 state->roster);
  if (!door) {
    complain(sentence_for(door.error(), config.people_folder()));
    return exit_input;
  }
  add_orders(**door, inputs, clock);
  NetworkBoard network(checked.estate);
  http::ServerOptions web;
  web.address = config.web_address;
  web.port = static_cast<std::uint16_t>(config.web_port);
  web.assets = web::assets();
  web.actions = (*door)->actions();
  for (const std::string& name : web_names(config)) web.names.push_back(in_brackets(name));
  if (by_tls(config)) {
    auto kept = identity_now(config, config.tls_folder());
    if (!kept) {
      complain(sentence_for(kept.error(), config.web_key.empty() ? config.tls_folder() : config.web_key));
      return exit_input;
    }
    inputs.push(in_own_time(certificate_of(config, *kept), clock));
    web.tls = std::make_shared<const http::TlsIdentity>(std::move(kept->identity));
  }
  const std::string set_up_code = (*door)->set_up_code();
  std::string fingerprint = web.tls ? web.tls->fingerprint : "";
  (*door)->serve(web.callbacks);
  web.callbacks.log = [&](std::uint64_t from, std::size_t limit) { return entry_texts(*reader, from, limit); };
  web.callbacks.read = [&](std::string_view path, std::string_view query) { return network.read(path, query); };
  auto http = http::Server::start(std::move(web));
  if (!http) {
    complain(why_not_served(http.error(), config));
    return http.error().code == ErrorCode::denied ? exit_usage : exit_input;
  }
  http->publish_entries(std::move(recent));

  const std::vector<std::uint32_t> sensor_uids{static_cast<std::uint32_t>(config.sensor_uid)};
  auto sensors = io::MessageServer::listen({config.sensor_socket(), sensor_uids});
  if (!sensors) {
    complain(sentence_for(sensors.error(), config.sensor_socket()));
    return exit_input;
  }

  Weigher weigher([&](engine::Weighed weighed) {
    weighed.at = clock.now();
    return inputs.push(Incoming(std::move(weighed)));
  });

  // A cut is sealed at once. A suspicion is not: the seal's own flush would hold up that of the cut that may follow.
  bool decided = false;
  Control control(engine::Engine(config.policy(), checked.estate, std::move(*state), engine::Weighing::elsewhere),
                  std::move(*book),
                  {[&](std::span<const engine::Recorded> events) {
                     std::vector<std::string> texts;
                     for (const engine::Recorded& r : events) {
                       texts.push_back(engine::entry_json(r.entry, epoch, r.event));
                       decided = decided || std::holds_alternative<event::CutDecided>(r.event);
                     }
                     http->publish_entries(std::move(texts));
                   },
                   [&](const event::Effect& effect) {
                     if (!enforcers->take(effect)) log_line("component=control event=effect_not_taken");
                   },
                   [&](std::shared_ptr<const engine::Question> question) { weigher.ask(std::move(question)); }});

  enforcers->start([&](event::Input input) { inputs.push(std::move(input)); }, [&] { return clock.now(); });
  std::jthread sensor_link([&](std::stop_token stop) { listen_to_sensors(stop, *sensors, inputs, clock); });
  Sealing sealing(config.seal_socket(), [&](bool works, const std::string& detail) {
    inputs.push(event::ProcessChanged{clock.now(), "cordon-seal", works, detail});
  });
  std::jthread sealer([&](std::stop_token stop) { sealing.run(stop); });

  if (checked.found_left_out) {
    log_line(
        "component=control event=own_ways remark=\"this box has more addresses than cordon-nft keeps ways for: "
        "those by which it reaches switches and servers belong into 'addresses'\"");
  }
  for (const std::string& remark : own_ways_told(config, checked.estate)) {
    log_line(fmt::format("component=control event=own_ways remark=\"{}\"", remark));
  }
  tell_console({web_url(config, http->port()), set_up_code, fingerprint, "control", json});

  control.let_wait(commit_wait);
  control.take({{event::Input{event::Started{clock.now(), version, checked.digest, config.policy().mode}}}});
  std::string trouble;
  ClockWatch clock_watch;
  auto next_tick = std::chrono::steady_clock::now();
  auto next_certificate = next_tick + certificate_looked_at_every;
  while (!stop_asked()) {
    if (by_tls(config) && std::chrono::steady_clock::now() >= next_certificate) {
      next_certificate += certificate_looked_at_every;
      const auto kept = identity_now(config, config.tls_folder());
      if (kept && kept->identity.fingerprint != fingerprint && http->replace_identity(kept->identity)) {
        fingerprint = kept->identity.fingerprint;
        inputs.push(in_own_time(certificate_of(config, *kept), clock));
      } else if (!kept) {
        log_line("component=control event=certificate_not_read");
      }
    }
    std::vector<Incoming> batch = inputs.pop_batch(batch_max, control.waits() ? commit_wait : inputs_wait);
    if (std::chrono::steady_clock::now() >= next_tick) {
      if (auto set = clock_watch.look(clock.now(), clock.box_ahead())) batch.emplace_back(*set);
      batch.emplace_back(event::Tick{clock.now()});
      next_tick = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    }
    if (batch.empty() && !control.waits()) continue;
    control.take_in(std::move(batch));
    if (control.trouble() != trouble) {
      trouble = control.trouble();
      log_line(trouble.empty() ? "component=control event=logbook_written_again"
                               : fmt::format("component=control event=trouble why=\"{}\"", trouble));
    }
    if (control.waits()) continue;  // what is shown is written first
    http->publish_situation(
        engine::situation_json(control.engine(), {config.box, version, clock.now(), control.trouble(),
                                                  control.refused(), network.note(control.engine().state())}));
    sealing.note(control.book()->head(), std::exchange(decided, false));  // each second: one refused does not matter
  }
  http->stop();
  (*door)->close();
  control.finish();
  sealing.note(control.book()->head(), true);
  sealing.close();
  sealer.join();
  sensor_link.request_stop();
  enforcers->stop();
  return exit_done;
}

}  // namespace cordon::app
