// SPDX-License-Identifier: Apache-2.0
// cordon station: what runs on which thread, and in which order it starts and ends.
#include "app/station.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <optional>
#include <thread>

#include "app/clock.h"
#include "app/door.h"
#include "app/flat_memory.h"
#include "app/say.h"
#include "app/sealing.h"
#include "app/service_notice.h"
#include "app/station_acts.h"
#include "app/station_clock.h"
#include "app/station_disk.h"
#include "app/station_journal.h"
#include "app/station_loop.h"
#include "app/station_paper.h"
#include "app/station_reader.h"
#include "app/station_recorder.h"
#include "app/station_sound.h"
#include "app/stop_signal.h"
#include "app/version.h"
#include "web/assets.h"

namespace cordon::app {

namespace {

constexpr std::chrono::hours certificate_period{1};  // how often its end is looked at
constexpr std::chrono::milliseconds certificate_poll{200};
constexpr std::chrono::seconds last_writes_max{5};  // at the end, on a disk that is slow

/// bedside_form gives what happened at the door as the station records it; nothing for what never happens there.
std::optional<event::BedsideInput> bedside_form(const event::Input& input) {
  return std::visit(
      [](const auto& i) -> std::optional<event::BedsideInput> {
        if constexpr (std::is_constructible_v<event::BedsideEvent, decltype(i)>) {
          return i;
        } else {
          return std::nullopt;
        }
      },
      input);
}

/// add_acts registers what people may ask of the station.
void add_acts(Door& door, StationInbox& inbox, const StationClock& clock, const StationHooks& hooks) {
  door.on(std::string(test_sound_path), people::Action::attend, [&hooks, &clock](const Door::Asked& asked) {
    const auto by = asker_of({"", asked.body, asked.who.name, asked.who.session, clock.now()});
    if (!by) return refused(400, "malformed");
    if (!hooks.test_sound) return refused(409, "no_sound");
    hooks.test_sound(*by);
    return taken();
  });
  for (const std::string_view path : act_paths) {
    door.on_later(
        std::string(path), people::Action::attend,
        [&inbox, &clock, path](const Door::Asked& asked, const http::Reply& reply) {
          const auto input = act_input({std::string(path), asked.body, asked.who.name, asked.who.session, clock.now()});
          if (!input) return reply([] { return refused(400, "malformed"); });
          if (!inbox.ask({*input, reply})) reply([] { return refused(503, "busy"); });
        });
  }
}

Result<std::unique_ptr<Door>> open_door(const StationConfig& config, const people::Roster& roster,
                                        StationInbox& inbox) {
  const auto record = [&inbox](event::Input input) {
    const auto happened = bedside_form(input);
    return !happened || inbox.record(*happened);
  };
  return Door::open({.desk = {config.people_folder(), {}, wall_now, people::system_random()},
                     .own_screen = true,
                     .keep_apart = true,
                     .record = record},
                    roster);
}

/// Certificate keeps the one that browsers are shown up to date.
class Certificate {
 public:
  Certificate(const StationConfig& config, Shelter& shelter) : config_(config), shelter_(shelter) {}

  /// first gives the identity to start with; null without TLS. A sentence in `why` when there is none.
  std::shared_ptr<const http::TlsIdentity> first(StationInbox& inbox, std::string& why) {
    if (!by_tls(config_)) return nullptr;
    auto kept = identity_now(config_, config_.tls_folder());
    if (!kept && config_.web_key.empty()) kept = identity_now(config_, shelter_.folder() + "/tls");
    if (!kept) {
      why = sentence_for(kept.error(), config_.web_key.empty() ? config_.tls_folder() : config_.web_key);
      return nullptr;
    }
    inbox.record(certificate_of(config_, *kept));
    fingerprint_ = kept->identity.fingerprint;
    return std::make_shared<const http::TlsIdentity>(std::move(kept->identity));
  }

  /// run looks at it from time to time, on a thread of its own: it lies on a disk.
  void run(const std::stop_token& stop, http::Server& http, StationInbox& inbox) {
    while (by_tls(config_) && !stop.stop_requested()) {
      std::this_thread::sleep_for(certificate_poll);
      if (std::chrono::steady_clock::now() >= next_) renew(http, inbox);
    }
  }

  const std::string& fingerprint() const { return fingerprint_; }

 private:
  void renew(http::Server& http, StationInbox& inbox) {
    next_ = std::chrono::steady_clock::now() + certificate_period;
    const auto kept = identity_now(config_, config_.tls_folder());
    if (!kept) return log_line("component=station event=certificate_not_read");
    if (kept->identity.fingerprint == fingerprint_ || !http.replace_identity(kept->identity)) return;
    fingerprint_ = kept->identity.fingerprint;
    inbox.record(certificate_of(config_, *kept));
  }

  const StationConfig& config_;
  Shelter& shelter_;
  std::string fingerprint_;
  std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now() + certificate_period;
};

http::ServerOptions web_options(const StationConfig& config, Door& door) {
  http::ServerOptions web;
  web.address = config.web_address;
  web.port = static_cast<std::uint16_t>(config.web_port);
  web.assets = web::station_assets();
  web.actions = door.actions();
  web.situation_path = "/api/station";
  for (const std::string& name : web_names(config)) web.names.push_back(in_brackets(name));
  door.serve(web.callbacks);
  return web;
}

/// open_gateways: one that cannot open its sockets ends nothing but itself: the others' beds are watched.
void open_gateways(gateway::GatewayHost& host, const std::vector<NamedGateway>& gateways, StationInbox& inbox,
                   const StationClock& clock) {
  for (const NamedGateway& gateway : gateways) {
    if (const auto opened = host.add(gateway.open); !opened) {
      const std::string why = sentence_for(opened.error(), fmt::format("[{}]", gateway.name));
      complain(why);
      inbox.say(event::OwnTrouble{clock.now(), "gateway:" + gateway.name, event::AlarmPriority::high, why, true});
    }
  }
}

/// Organs are the parts that this box has beside screens and logbook.
struct Organs {
  std::unique_ptr<StationSound> sound;
  std::unique_ptr<StationRecorder> recorder;
};

Organs open_organs(const StartingStation& starting, Memory& memory) {
  Organs out;
  if (starting.config.recorder_hours > 0) {
    out.recorder = open_recorder(starting, std::move(memory.placements), memory.stalled);
  }
  const auto now = [&clock = starting.clock] { return clock.now(); };
  const auto say = [&inbox = starting.inbox](event::BedsideInput input) { inbox.say(std::move(input)); };
  if (starting.config.sound_device.empty()) {
    say(event::SoundChanged{now(), true, "", ""});  // what failed in an earlier run is not missed
  } else {
    out.sound = std::make_unique<StationSound>(StationSound::Options{starting.config.sound_device, now, say});
  }
  return out;
}

StationHooks hooks_of(const Organs& organs) {
  StationHooks out;
  if (StationSound* sound = organs.sound.get()) {
    out.signal = [sound](const bedside::Signal& signal, WallTime now) { sound->signal(signal, now); };
    out.rest = [sound] { sound->rest(); };
    out.test_sound = [sound](const std::string& by) { sound->test(by); };
  }
  if (StationRecorder* recorder = organs.recorder.get()) {
    out.heard = [recorder](const event::BedsideInput& input, const event::DeviceIdentity& device,
                           const std::string& bed) { recorder->heard(input, device, bed); };
    out.happened = [recorder](const event::BedsideEvent& event) { recorder->happened(event); };
    out.fetch = [recorder](const http::Get& get, const http::Reply& reply) { return recorder->take(get, reply); };
  }
  return out;
}

/// tell_seal says on the screens that no seal signs the logbook: no alarm, but who keeps the box has to know.
void tell_seal(StationInbox& inbox, const StationClock& clock, bool works, const std::string& why) {
  if (!works) log_line(fmt::format("component=station event=not_sealed why=\"{}\"", why));
  inbox.say(event::OwnTrouble{clock.now(), "seal", event::AlarmPriority::none, why, !works});
}

/// write_last gives the writer a moment for what still waits.
void write_last(StationWriter& writer, std::jthread& thread) {
  writer.close();
  const auto end = std::chrono::steady_clock::now() + last_writes_max;
  while (writer.waiting() > 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(turn_wait);
  }
  if (writer.waiting() > 0) {
    log_line(fmt::format("component=station event=not_written entries={}", writer.waiting()));
  }
  thread.request_stop();
}

/// Parts are what the threads of one station share. All of it outlives them.
struct Parts {
  const CheckedStation& checked;
  Shelter& shelter;
  const StationClock& clock;
  const StationHooks& hooks;
  StationInbox& inbox;
  Door& door;
  const StationConfig& config() const { return checked.config; }
};

/// known_of gives the devices that were known, in the order in which they were first.
std::vector<gateway::KnownDevice> known_of(const bedside::State& state) {
  std::map<std::uint64_t, gateway::KnownDevice> in_order;
  for (const auto& [name, device] : state.devices)
    in_order[device.first] = {device.identity, device.bed, device.confirmed.value_or(event::DeviceIdentity())};
  std::vector<gateway::KnownDevice> out;
  for (auto& [first, device] : in_order) out.push_back(std::move(device));
  return out;
}

/// watch is the station's thread, from its first entry to its last. `serving` is called when everything runs.
void watch(const Parts& parts, Memory& memory, http::Server& http, const std::vector<NamedGateway>& gateways,
           const std::function<void()>& serving) {
  Sealing sealing(parts.config().seal_socket(),
                  [&](bool works, const std::string& why) { tell_seal(parts.inbox, parts.clock, works, why); });
  std::jthread sealer([&](const std::stop_token& stop) { sealing.run(stop); });
  StationWriter writer(
      std::move(memory.store), [&](std::vector<std::string> entries) { http.publish_entries(std::move(entries)); },
      [&](logbook::Head head) { return sealing.note(std::move(head), false); });
  std::jthread writing([&](const std::stop_token& stop) { writer.run(stop); });
  SeenKey seen_key{};
  people::system_random()(seen_key);
  gateway::GatewayHost host({[&](event::BedsideInput input) { return parts.inbox.say(std::move(input)); },
                             [&] { return parts.clock.now(); }, known_of(memory.state),
                             [&] { return parts.inbox.kept(); }});
  StationHooks hooks = parts.hooks;
  hooks.happened = [&](const event::BedsideEvent& event) {
    if (parts.hooks.happened) parts.hooks.happened(event);
    if (const auto* placed = std::get_if<event::DeviceAssigned>(&event)) host.placed(placed->device, placed->bed);
  };
  StationLoop loop({.view = parts.config().view(),
                    .box = parts.config().box,
                    .version = version,
                    .seen_key = seen_key,
                    .now = [&] { return parts.clock.now(); },
                    .box_ahead = [&] { return parts.clock.box_ahead(); },
                    .show = [&](std::string json, bool urgent) { http.publish_situation(std::move(json), urgent); },
                    .show_waves = [&](std::string frame) { http.publish_frame(std::move(frame)); },
                    .hooks = std::move(hooks)},
                   bedside::Station({parts.config().beds}, std::move(memory.state)), parts.inbox, writer);
  loop.begin({parts.clock.now(), version, parts.checked.digest});
  open_gateways(host, gateways, parts.inbox, parts.clock);
  host.start();
  serving();
  ServiceNotice notice;
  notice.serving();
  while (!stop_asked()) {
    loop.turn();
    notice.alive();
  }
  notice.stopping();
  const auto rest = [&] {
    if (parts.hooks.rest) parts.hooks.rest();
  };
  rest();
  host.stop();
  loop.turn();
  rest();
  write_last(writer, writing);
  loop.finish();
  writing.join();
  sealing.close();  // the last head is signed on the way out
  sealer.join();
}

std::vector<std::string> recent_entries(const Memory& memory) {
  if (!memory.reader) return {};
  const std::uint64_t last = memory.reader->count().value_or(0);
  return entry_page(*memory.reader, nullptr, last > http::live_recent_max ? last - http::live_recent_max + 1 : 1,
                    http::live_recent_max);
}

/// serve_station serves the page while the station watches, and gives the exit status.
int serve_station(const Parts& parts, Memory memory, const std::vector<NamedGateway>& gateways, bool json) {
  const StationConfig& config = parts.config();
  auto recent = recent_entries(memory);
  std::optional<PatientKeys> naming;
  if (config.names == "full") naming = std::move(memory.reading_keys);
  StationReader reader(std::move(memory.reader), std::move(naming));
  StationPaper paper({config.hospital, config.unit}, parts.inbox);
  http::ServerOptions web = web_options(config, parts.door);
  web.callbacks.fetch = [&](const http::Get& get, const http::Reply& reply) {
    return reader.take(get, reply) || paper.take(get, reply) || (parts.hooks.fetch && parts.hooks.fetch(get, reply));
  };
  std::string why;
  Certificate certificate(config, parts.shelter);
  web.tls = certificate.first(parts.inbox, why);
  if (!why.empty()) {
    complain(why);
    return exit_input;
  }
  const std::string set_up_code = parts.door.set_up_code();
  auto http = http::Server::start(std::move(web));
  if (!http) {
    complain(why_not_served(http.error(), config));
    return http.error().code == ErrorCode::denied ? exit_usage : exit_input;
  }
  http->publish_entries(std::move(recent));
  std::jthread reading([&](const std::stop_token& stop) { reader.run(stop); });
  std::jthread drawing([&](const std::stop_token& stop) { paper.run(stop); });
  const Told told{web_url(config, http->port()), set_up_code, certificate.fingerprint(), "station", json};
  std::jthread renewing([&](const std::stop_token& stop) { certificate.run(stop, *http, parts.inbox); });
  watch(parts, memory, *http, gateways, [&] { tell_console(told); });
  http->stop();
  reader.close();
  paper.close();
  parts.door.close();
  return exit_done;
}

}  // namespace

int run_station(const StationCommand& command,
                const std::function<std::vector<NamedGateway>(const StationConfig&)>& gateways) {
  CheckedStation checked = read_station_config(command.config_path);
  print_problems(checked.problems);
  if (!checked.problems.empty()) return checked.unreadable ? exit_input : exit_usage;
  StationConfig& config = checked.config;
  ::umask(0022);
  if (!command.forget.empty()) return forget_patient(config, command.forget, command.json);
  catch_stop_signals();
  const FlatMemory flat;
  const StationClock clock;
  StationInbox inbox;
  Shelter shelter;
  const StartingStation starting{config, clock, inbox};
  std::optional<Memory> memory = remember(starting);
  if (!memory) return exit_input;
  const bool accounts = accounts_usable(starting, memory->stalled);
  if (!accounts) config.beside_the_disk = shelter.folder();
  const Organs organs = open_organs(starting, *memory);
  const StationHooks hooks = hooks_of(organs);
  // Without its accounts the box does not conclude that those whom the logbook names were sent away.
  auto door = open_door(config, accounts ? memory->state.roster : people::Roster(), inbox);
  if (!door) {
    complain(sentence_for(door.error(), config.people_folder()));
    return exit_input;
  }
  add_acts(**door, inbox, clock, hooks);
  return serve_station({checked, shelter, clock, hooks, inbox, **door}, std::move(*memory), gateways(config),
                       command.json);
}

int station(const StationCommand& command) {
  return run_station(command, gateways_of);
}

}  // namespace cordon::app
