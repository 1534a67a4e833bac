// SPDX-License-Identifier: Apache-2.0
#include "enforce/samba_enforcer.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <set>
#include <utility>

#include "enforce/refusal.h"

namespace cordon::enforce {

namespace {

/// One place for one address: the grammar refuses a line that names something twice.
std::vector<grammar::Ip> to_wire(const std::vector<IpAddress>& ips) {
  std::vector<grammar::Ip> out;
  for (const IpAddress& ip : ips) out.push_back({ip.bytes, ip.v6});
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<samba::Login> to_wire(const std::vector<event::SessionTarget>& sessions) {
  std::vector<samba::Login> out;
  for (const event::SessionTarget& s : sessions) out.push_back({s.user, {s.client.bytes, s.client.v6}});
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

/// parts gives `all` in pieces of at most `most`: a line takes no more.
template <class T>
std::vector<std::vector<T>> parts(const std::vector<T>& all, std::size_t most) {
  std::vector<std::vector<T>> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % most == 0) out.emplace_back();
    out.back().push_back(all[i]);
  }
  return out;
}

std::chrono::seconds seconds_of_day(WallTime at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch();
}

}  // namespace

SambaMeans::~SambaMeans() {
  close();
}

Result<event::InForce> SambaMeans::connect(WallTime now) {
  note_.clear();  // what was wrong before is not why it fails now
  CORDON_TRY_VOID(open());
  const Answer health = CORDON_TRY(ask({next_id(), samba::Health{}}));
  const Answer listing = CORDON_TRY(ask({next_id(), samba::List{}}));
  for (const samba::AnswerLine& line : health.lines) {
    const auto* server = std::get_if<samba::Server>(&line);
    if (server == nullptr) continue;
    clock_ahead_ = std::chrono::seconds(static_cast<std::int64_t>(server->now)) - seconds_of_day(now);
    if (std::chrono::abs(clock_ahead_) > samba_clock_difference_max) {
      note_ = "the server's clock differs by " + std::to_string(clock_ahead_.count()) + " s";
    }
    if (server->pid == 0) note_ = "smbd does not run";
  }
  return denied_in(listing, now);
}

Result<std::optional<event::InForce>> SambaMeans::survey(WallTime now) {
  const Answer listing = CORDON_TRY(ask({next_id(), samba::List{}}));
  return denied_in(listing, now);
}

event::InForce SambaMeans::denied_in(const Answer& listing, WallTime now) {
  std::set<IpAddress> ips;  // each once, however many cuts name it
  std::set<event::SessionTarget> sessions;
  for (const samba::AnswerLine& line : listing.lines) {
    if (const auto* denied = std::get_if<samba::Denied>(&line)) ips.insert({denied->ip.bytes, denied->ip.v6});
    if (const auto* refused = std::get_if<samba::Refused>(&line)) {
      sessions.insert({{refused->login.ip.bytes, refused->login.ip.v6}, refused->login.user});
    }
  }
  event::InForce out{now, {}, {ips.begin(), ips.end()}};
  out.sessions.assign(sessions.begin(), sessions.end());
  return out;
}

Outcome SambaMeans::apply(const event::ApplyCut& cut, WallTime now) {
  return stop(cut, now, false);
}

Outcome SambaMeans::rehearse(const event::ApplyCut& cut, WallTime now) {
  return stop(cut, now, true);
}

Outcome SambaMeans::stop(const event::ApplyCut& cut, WallTime now, bool dry_run) {
  const bool of_users = cut.action == event::end_sessions;
  if (of_users ? cut.sessions.empty() : cut.ips.empty())
    return {Outcome::Kind::refused, "the host's IP address is not known, and Samba knows clients by it"};
  if (cut.until <= now) return {Outcome::Kind::refused, "its end is past"};
  // Told in the server's time, so that a wrong clock there shortens or lengthens nothing.
  const auto end = std::chrono::ceil<std::chrono::seconds>(cut.until).time_since_epoch() + clock_ahead_;
  const auto until = static_cast<std::uint64_t>(std::max<std::int64_t>(end.count(), 0));
  std::vector<samba::Request> requests;
  if (of_users) {
    for (auto& logins : parts(to_wire(cut.sessions), samba::refuse_logins_max)) {
      requests.push_back({cut.id, samba::Refuse{std::move(logins), until, dry_run}});
    }
  } else {
    for (auto& ips : parts(to_wire(cut.ips), samba::deny_ips_max)) {
      requests.push_back({cut.id, samba::Deny{std::move(ips), until, dry_run}});
    }
  }
  std::uint64_t concerned = 0;
  std::uint64_t ended = 0;
  for (samba::Request& request : requests) {
    const Result<Answer> answer = ask(std::move(request));
    if (!answer) {
      Outcome out = failure(answer.error());
      const bool is_protected = answer.error().code == ErrorCode::denied;
      if (is_protected && !dry_run && concerned > 0) static_cast<void>(ask({next_id(), samba::Allow{cut.id, {}}}));
      return out;
    }
    concerned += answer->ok.count;
    ended += answer->ok.ended;
  }
  if (dry_run) return {Outcome::Kind::done, std::to_string(concerned) + " connections would be ended"};
  return {Outcome::Kind::done, std::to_string(ended) + " sessions ended"};
}

Outcome SambaMeans::lift(const event::LiftCut& cut, WallTime) {
  std::vector<samba::Allow> bodies;
  if (cut.id == stray_cut_id) {
    for (auto& ips : parts(to_wire(cut.ips), samba::deny_ips_max)) bodies.push_back({"", std::move(ips)});
    for (auto& logins : parts(to_wire(cut.sessions), samba::refuse_logins_max)) {
      bodies.push_back({"", {}, std::move(logins)});
    }
  } else {
    bodies.push_back({cut.id, {}});
  }
  std::uint64_t allowed = 0;
  for (samba::Allow& body : bodies) {
    const Result<Answer> answer = ask({next_id(), std::move(body)});
    if (!answer) return failure(answer.error());
    allowed += answer->ok.count;
  }
  if (bodies.empty()) return {};
  return {Outcome::Kind::done, std::to_string(allowed) + " addresses or users allowed again"};
}

Result<std::vector<Reading>> SambaMeans::read_back(const std::vector<event::ApplyCut>& cuts, WallTime) {
  const Answer answer = CORDON_TRY(ask({next_id(), samba::List{}}));
  std::map<std::pair<std::string, std::string>, std::uint64_t> sessions;  // by cut, and address or user@address
  for (const samba::AnswerLine& line : answer.lines) {
    if (const auto* d = std::get_if<samba::Denied>(&line)) sessions[{d->cut, d->ip.text()}] = d->sessions;
    if (const auto* r = std::get_if<samba::Refused>(&line)) sessions[{r->cut, r->login.text()}] = r->sessions;
  }
  std::vector<Reading> out;
  for (const event::ApplyCut& cut : cuts) {
    Reading reading{Reading::Kind::in_force, 0, ""};
    if (answer.ok.rules != samba::Rules::whole) {
      reading = {Reading::Kind::missing, 0, "somebody else changed Samba's configuration; asked for again"};
    }
    std::vector<std::string> wanted;
    if (cut.action == event::end_sessions) {
      for (const samba::Login& login : to_wire(cut.sessions)) wanted.push_back(login.text());
    } else {
      for (const grammar::Ip& ip : to_wire(cut.ips)) wanted.push_back(ip.text());
    }
    for (const std::string& target : wanted) {
      const auto found = sessions.find({cut.id, target});
      if (found == sessions.end()) {
        reading = {Reading::Kind::missing, 0, target + " was not denied when read back; asked for again"};
      } else if (found->second > 0) {
        reading = {Reading::Kind::missing, 0, target + " still has a session; asked for again"};
      }
    }
    out.push_back(std::move(reading));
  }
  return out;
}

Outcome SambaMeans::failure(const Error& error) const {
  if (error.code == ErrorCode::io || error.code == ErrorCode::timeout) {
    return {Outcome::Kind::lost, process() + " does not answer"};
  }
  return {Outcome::Kind::refused, refusal_.empty() ? error.where : refusal_};
}

/// ask sends a request over the open connection, and over a new one if that broke: every request is idempotent.
Result<SambaMeans::Answer> SambaMeans::ask(samba::Request request) {
  refusal_.clear();
  const auto parsed = samba::parse_request(samba::format(request));
  if (const auto* complaint = std::get_if<grammar::Complaint>(&parsed)) {
    refusal_ = complaint->text;
    return fail(ErrorCode::malformed, "samba request", complaint->column);
  }
  const Deadline deadline = std::chrono::steady_clock::now() + patience_;
  const bool was_open = descriptor_ >= 0;
  if (!was_open) CORDON_TRY_VOID(open());
  Result<Answer> answer = exchange(request, deadline);
  if (answer || descriptor_ >= 0 || !was_open || answer.error().code != ErrorCode::io) return answer;
  CORDON_TRY_VOID(open());
  return exchange(request, deadline);
}

/// exchange does one request. A refusal leaves the connection open; anything else that fails closes it, because the
/// next answer would belong to this request.
Result<SambaMeans::Answer> SambaMeans::exchange(const samba::Request& request, Deadline deadline) {
  bool refused_politely = false;
  const auto read_all = [&]() -> Result<Answer> {
    CORDON_TRY_VOID(send_line(samba::format(request) + '\n', deadline));
    const samba::AnswerLine first = CORDON_TRY(read_line(deadline));
    if (const auto* refused = std::get_if<grammar::Refusal>(&first)) {
      refusal_ = refused->text;
      refused_politely = refused->id == request.id;
      return fail(code_of(refused->code, ErrorCode::unsupported), "cordon-smb refused", refused->column);
    }
    const auto* ok = std::get_if<samba::Ok>(&first);
    if (ok == nullptr || ok->id != request.id) return fail(ErrorCode::io, "samba answer");
    Answer out{*ok, {}};
    if (!std::holds_alternative<samba::List>(request.body) && !std::holds_alternative<samba::Health>(request.body)) {
      return out;
    }
    if (ok->count > samba_answer_lines_max) return fail(ErrorCode::io, "samba answer lines", ok->count);
    for (std::uint64_t i = 0; i < ok->count; ++i) out.lines.push_back(CORDON_TRY(read_line(deadline)));
    if (!std::holds_alternative<grammar::End>(CORDON_TRY(read_line(deadline)))) {
      return fail(ErrorCode::io, "samba answer end");
    }
    return out;
  };
  Result<Answer> out = read_all();
  if (!out && !refused_politely) close();
  return out;
}

Result<void> SambaMeans::open() {
  close();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) return fail(ErrorCode::limit, "samba socket path", path_.size());
  std::copy(path_.begin(), path_.end(), address.sun_path);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return fail_errno("samba socket");
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const auto error = fail_errno("samba connect");
    ::close(descriptor);
    return error;
  }
  descriptor_ = descriptor;
  const Deadline deadline = std::chrono::steady_clock::now() + patience_;
  const Result<Answer> hello = exchange({next_id(), samba::Hello{}}, deadline);
  if (hello) return {};
  close();
  return tl::unexpected(hello.error());
}

Result<void> SambaMeans::send_line(const std::string& line, Deadline deadline) {
  for (std::string_view left = line; !left.empty();) {
    const ssize_t sent = ::send(descriptor_, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) {
      CORDON_TRY_VOID(wait(POLLOUT, deadline));
    } else if (sent < 0 && errno != EINTR) {
      return fail_errno("samba send");
    } else if (sent > 0) {
      left.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  return {};
}

Result<samba::AnswerLine> SambaMeans::read_line(Deadline deadline) {
  for (;;) {
    if (const std::size_t end = unread_.find('\n'); end != std::string::npos) {
      const auto parsed = samba::parse_answer(std::string_view(unread_).substr(0, end));
      unread_.erase(0, end + 1);
      if (const auto* line = std::get_if<samba::AnswerLine>(&parsed)) return *line;
      return fail(ErrorCode::io, "samba answer", std::get<grammar::Complaint>(parsed).column);
    }
    if (unread_.size() > grammar::line_bytes_max) return fail(ErrorCode::io, "samba answer line", unread_.size());
    CORDON_TRY_VOID(wait(POLLIN, deadline));
    std::array<char, grammar::line_bytes_max> chunk;
    const ssize_t size = ::recv(descriptor_, chunk.data(), chunk.size(), 0);
    if (size == 0) return fail(ErrorCode::io, "samba connection ended", ECONNRESET);
    if (size < 0 && errno != EAGAIN && errno != EINTR) return fail_errno("samba receive");
    if (size > 0) unread_.append(chunk.data(), static_cast<std::size_t>(size));
  }
}

Result<void> SambaMeans::wait(short events, Deadline deadline) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return fail(ErrorCode::timeout, "samba");
    pollfd waiting{descriptor_, events, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return fail_errno("samba poll");
  }
}

void SambaMeans::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  unread_.clear();
}

std::string SambaMeans::next_id() {
  return "q" + std::to_string(++requests_);
}

}  // namespace cordon::enforce
