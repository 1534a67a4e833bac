// SPDX-License-Identifier: Apache-2.0
#include "enforce/nft_client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <utility>

#include "enforce/refusal.h"

namespace cordon::enforce {

namespace {

using grammar::AnswerLine;
using grammar::Request;

grammar::Mac to_wire(const Mac& mac) {
  return {mac.bytes};
}
grammar::Ip to_wire(const IpAddress& ip) {
  return {ip.bytes, ip.v6};
}
grammar::PortRange to_wire(const NftPorts& ports) {
  return {ports.first, ports.last};
}
grammar::CareFlow to_wire(const NftCare& care) {
  return {to_wire(care.server), care.port};
}

grammar::Flow to_wire(const NftFlow& flow) {
  return {to_wire(flow.client), to_wire(flow.server), flow.port};
}
grammar::Prefix to_wire(const NftPrefix& prefix) {
  return {to_wire(prefix.address), prefix.bits};
}
grammar::Border to_wire(const NftBorder& border) {
  return {to_wire(border.from), to_wire(border.to)};
}

Mac from_wire(const grammar::Mac& mac) {
  return {mac.bytes};
}
IpAddress from_wire(const grammar::Ip& ip) {
  return {ip.bytes, ip.v6};
}
NftFlow from_wire(const grammar::Flow& flow) {
  return {from_wire(flow.client), from_wire(flow.server), flow.port};
}
NftPrefix from_wire(const grammar::Prefix& prefix) {
  return {from_wire(prefix.address), prefix.bits};
}
NftBorder from_wire(const grammar::Border& border) {
  return {from_wire(border.from), from_wire(border.to)};
}

/// One place for one address: the grammar refuses a line that names something twice.
template <class T>
auto to_wire(const std::vector<T>& values) {
  std::vector<decltype(to_wire(std::declval<const T&>()))> out;
  for (const T& value : values) out.push_back(to_wire(value));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

NftElement from_wire(const grammar::Element& element) {
  return {element.kind,    std::visit([](const auto& target) { return NftTarget(from_wire(target)); }, element.target),
          element.cut,     element.remaining,
          element.packets, element.bytes};
}

/// The configuration as config lines of at most config_entries_max entries.
std::vector<grammar::Config> config_lines(const NftConfig& config) {
  std::vector<grammar::Config> out;
  std::size_t entries = grammar::config_entries_max;
  const auto room = [&]() -> grammar::Config& {
    if (entries == grammar::config_entries_max) {
      out.emplace_back();
      entries = 0;
    }
    ++entries;
    return out.back();
  };
  for (const bool udp : {false, true}) {
    std::vector<NftCare> of_protocol;
    std::ranges::copy_if(config.care, std::back_inserter(of_protocol), [&](const NftCare& c) { return c.udp == udp; });
    for (const auto& care : to_wire(of_protocol)) (udp ? room().care_udp : room().care_tcp).push_back(care);
  }
  for (const auto& mac : to_wire(config.protected_macs)) room().protect_macs.push_back(mac);
  for (const auto& ip : to_wire(config.protected_ips)) room().protect_ips.push_back(ip);
  for (const auto& ports : to_wire(config.spread_tcp)) room().spread_tcp.push_back(ports);
  for (const auto& ports : to_wire(config.spread_udp)) room().spread_udp.push_back(ports);
  if (config.dynamic_tcp) room().dynamic_tcp = to_wire(*config.dynamic_tcp);
  const std::vector<grammar::Flow> ways = to_wire(config.own_ways);
  for (std::size_t at = 0; at < ways.size(); ++at) {
    if (at % grammar::cut_flows_max == 0) out.emplace_back();  // they are longer than the others
    out.back().own_ways.push_back(ways[at]);
  }
  return out;
}

Request request_of(const NftCut& cut) {
  grammar::Cut body;
  body.kind = cut.kind;
  body.macs = to_wire(cut.macs);
  body.ips = to_wire(cut.ips);
  body.flows = to_wire(cut.flows);
  body.borders = to_wire(cut.borders);
  body.timeout = std::chrono::ceil<std::chrono::seconds>(cut.timeout);
  return {cut.id, std::move(body)};
}

/// requests_of gives a cut as one request or, of more addresses or borders than a line takes, as several of the same
/// id: each MAC stands in one with each address, since an isolated host's own addresses are told by both.
std::vector<Request> requests_of(const NftCut& cut) {
  std::vector<Request> out;
  const auto keep = [](auto& all, std::size_t from, std::size_t most) {
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(from, all.size())));
    if (all.size() > most) all.resize(most);
  };
  for (std::size_t border = grammar::cut_borders_max; border < cut.borders.size(); border += grammar::cut_borders_max) {
    NftCut part = cut;
    keep(part.borders, border, grammar::cut_borders_max);
    out.push_back(request_of(part));
  }
  for (std::size_t mac = 0; mac == 0 || mac < cut.macs.size(); mac += grammar::cut_macs_max) {
    for (std::size_t ip = 0; ip == 0 || ip < cut.ips.size(); ip += grammar::cut_ips_max) {
      NftCut part = cut;
      keep(part.borders, 0, grammar::cut_borders_max);
      keep(part.macs, mac, grammar::cut_macs_max);
      keep(part.ips, ip, grammar::cut_ips_max);
      out.push_back(request_of(part));
    }
  }
  return out;
}

}  // namespace

std::string complaint_about(const NftCut& cut) {
  for (const Request& request : requests_of(cut)) {
    const auto parsed = grammar::parse_request(grammar::format(request));
    if (const auto* complaint = std::get_if<grammar::Complaint>(&parsed)) return std::string(complaint->text);
  }
  return "";
}

std::vector<NftPorts> nft_ports(std::span<const event::SpreadingPort> ports) {
  std::vector<NftPorts> out;
  for (const event::SpreadingPort& one : ports) out.push_back({one.port, one.port});
  return out;
}

Result<NftClient> NftClient::connect(std::string path, std::chrono::milliseconds call_timeout) {
  NftClient client(std::move(path), call_timeout);
  CORDON_TRY_VOID(client.open(std::chrono::steady_clock::now() + call_timeout));
  return client;
}

NftClient::~NftClient() {
  close();
}

NftClient::NftClient(NftClient&& other) noexcept
    : path_(std::move(other.path_)),
      timeout_(other.timeout_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      unread_(std::move(other.unread_)),
      config_(std::move(other.config_)),
      refusal_(std::move(other.refusal_)),
      absent_(other.absent_),
      requests_(other.requests_),
      reconnections_(other.reconnections_) {}

NftClient& NftClient::operator=(NftClient&& other) noexcept {
  if (this == &other) return *this;
  close();
  path_ = std::move(other.path_);
  timeout_ = other.timeout_;
  descriptor_ = std::exchange(other.descriptor_, -1);
  unread_ = std::move(other.unread_);
  config_ = std::move(other.config_);
  refusal_ = std::move(other.refusal_);
  absent_ = other.absent_;
  requests_ = other.requests_;
  reconnections_ = other.reconnections_;
  return *this;
}

Result<void> NftClient::ensure(NftConfig config) {
  config_ = std::move(config);
  refusal_.clear();
  const Deadline deadline = std::chrono::steady_clock::now() + timeout_;
  if (descriptor_ >= 0) {
    const Result<void> done = configure(deadline);
    if (done || descriptor_ >= 0) return done;
  }
  return open(deadline);  // which configures
}

Result<void> NftClient::cut(const NftCut& cut) {
  bool any = false;
  for (Request& request : requests_of(cut)) {
    if (const auto done = call(std::move(request)); !done) {
      const bool refused = done.error().code != ErrorCode::io && done.error().code != ErrorCode::timeout;
      if (!any || !refused) return tl::unexpected(done.error());
      const std::string why = refusal_;
      static_cast<void>(lift(cut.id));  // half a cut is none
      refusal_ = why;
      return tl::unexpected(done.error());
    }
    any = true;
  }
  return {};
}

Result<std::uint64_t> NftClient::lift(std::string_view cut_id) {
  grammar::Lift body;
  body.cut = cut_id;
  return CORDON_TRY(call(Request{next_id(), std::move(body)})).ok.count;
}

Result<std::uint64_t> NftClient::lift_targets(grammar::CutKind kind, std::vector<NftTarget> targets) {
  std::sort(targets.begin(), targets.end());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  const bool of_hosts = kind != grammar::CutKind::block_flow && kind != grammar::CutKind::close_border;
  const std::size_t at_once =
      of_hosts ? grammar::cut_macs_max : grammar::cut_flows_max;  // the smallest bound of a line
  static_assert(grammar::cut_flows_max == grammar::cut_borders_max);
  std::uint64_t lifted = 0;
  for (std::size_t from = 0; from < targets.size(); from += at_once) {
    grammar::Lift body;
    body.kind = kind;
    for (std::size_t i = from; i < std::min(targets.size(), from + at_once); ++i) {
      if (const auto* mac = std::get_if<Mac>(&targets[i])) body.macs.push_back(to_wire(*mac));
      if (const auto* ip = std::get_if<IpAddress>(&targets[i])) body.ips.push_back(to_wire(*ip));
      if (const auto* flow = std::get_if<NftFlow>(&targets[i])) body.flows.push_back(to_wire(*flow));
      if (const auto* border = std::get_if<NftBorder>(&targets[i])) body.borders.push_back(to_wire(*border));
    }
    lifted += CORDON_TRY(call(Request{next_id(), std::move(body)})).ok.count;
  }
  return lifted;
}

Result<NftListing> NftClient::list() {
  const Answer answer = CORDON_TRY(call(Request{next_id(), grammar::List{}}));
  NftListing out{answer.ok.rules, {}};
  for (const AnswerLine& line : answer.lines) {
    const auto* element = std::get_if<grammar::Element>(&line);
    if (element == nullptr) return fail(ErrorCode::malformed, "nft list");
    out.elements.push_back(from_wire(*element));
  }
  return out;
}

Result<std::vector<grammar::Counter>> NftClient::counters() {
  const Answer answer = CORDON_TRY(call(Request{next_id(), grammar::Counters{}}));
  std::vector<grammar::Counter> out;
  for (const AnswerLine& line : answer.lines) {
    const auto* counter = std::get_if<grammar::Counter>(&line);
    if (counter == nullptr) return fail(ErrorCode::malformed, "nft counters");
    out.push_back(*counter);
  }
  return out;
}

/// call sends a request, at most twice: again over a new connection if this one broke, or after the configuration if
/// the helper had none or its table was gone.
Result<NftClient::Answer> NftClient::call(Request request) {
  refusal_.clear();
  if (const auto parsed = grammar::parse_request(grammar::format(request)); !std::holds_alternative<Request>(parsed)) {
    refusal_ = std::get<grammar::Complaint>(parsed).text;
    return fail(ErrorCode::malformed, "nft request", std::get<grammar::Complaint>(parsed).column);
  }
  const Deadline deadline = std::chrono::steady_clock::now() + timeout_;
  const bool was_open = descriptor_ >= 0;
  if (!was_open) CORDON_TRY_VOID(open(deadline));
  Result<Answer> answer = exchange(request, deadline);
  if (answer) return answer;
  if (descriptor_ >= 0 && absent_ && config_) {
    CORDON_TRY_VOID(configure(deadline));
    return exchange(request, deadline);
  }
  if (descriptor_ < 0 && was_open && answer.error().code == ErrorCode::io) {
    CORDON_TRY_VOID(open(deadline));
    return exchange(request, deadline);
  }
  return answer;
}

/// exchange does one request on the open connection. A refusal leaves the connection open; anything else that fails
/// closes it, because the next answer would belong to this request.
Result<NftClient::Answer> NftClient::exchange(const Request& request, Deadline deadline) {
  absent_ = false;
  bool refused_politely = false;
  const auto read_all = [&]() -> Result<Answer> {
    CORDON_TRY_VOID(send_line(grammar::format(request) + '\n', deadline));
    const AnswerLine first = CORDON_TRY(read_line(deadline));
    if (const auto* refused = std::get_if<grammar::Refusal>(&first)) {
      refusal_ = refused->text;
      absent_ = refused->code == grammar::Code::absent;
      refused_politely = refused->id == request.id;
      if (refused_politely) return fail(code_of(refused->code, ErrorCode::io), "nft refused", refused->column);
      return fail(ErrorCode::limit, "nft connection refused");
    }
    const auto* ok = std::get_if<grammar::Ok>(&first);
    if (ok == nullptr || ok->id != request.id) return fail(ErrorCode::malformed, "nft answer");
    Answer out{*ok, {}};
    if (!std::holds_alternative<grammar::List>(request.body) &&
        !std::holds_alternative<grammar::Counters>(request.body)) {
      return out;
    }
    if (ok->count > nft_answer_lines_max) return fail(ErrorCode::limit, "nft answer lines", ok->count);
    for (std::uint64_t i = 0; i < ok->count; ++i) out.lines.push_back(CORDON_TRY(read_line(deadline)));
    if (!std::holds_alternative<grammar::End>(CORDON_TRY(read_line(deadline)))) {
      return fail(ErrorCode::malformed, "nft answer end");
    }
    return out;
  };
  Result<Answer> out = read_all();
  if (!out && !refused_politely) close();
  return out;
}

Result<void> NftClient::open(Deadline deadline) {
  close();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) return fail(ErrorCode::limit, "nft socket path", path_.size());
  std::copy(path_.begin(), path_.end(), address.sun_path);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return fail_errno("nft socket");
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const auto error = fail_errno("nft connect");
    ::close(descriptor);
    return error;
  }
  descriptor_ = descriptor;
  if (requests_ > 0) ++reconnections_;
  const Result<Answer> hello = exchange(Request{next_id(), grammar::Hello{}}, deadline);
  if (!hello) {
    close();
    return tl::unexpected(hello.error());
  }
  if (config_) CORDON_TRY_VOID(configure(deadline));
  return {};
}

Result<void> NftClient::configure(Deadline deadline) {
  const std::string id = next_id();
  for (grammar::Config& line : config_lines(*config_)) {
    const Request request{id, std::move(line)};
    if (const auto parsed = grammar::parse_request(grammar::format(request));
        !std::holds_alternative<Request>(parsed)) {
      refusal_ = std::get<grammar::Complaint>(parsed).text;
      return fail(ErrorCode::malformed, "nft configuration", std::get<grammar::Complaint>(parsed).column);
    }
    CORDON_TRY(exchange(request, deadline));
  }
  CORDON_TRY(exchange(Request{id, grammar::Ensure{}}, deadline));
  return {};
}

Result<void> NftClient::send_line(const std::string& line, Deadline deadline) {
  for (std::string_view left = line; !left.empty();) {
    const ssize_t sent = ::send(descriptor_, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) {
      CORDON_TRY_VOID(wait(POLLOUT, deadline));
    } else if (sent < 0 && errno != EINTR) {
      return fail_errno("nft send");
    } else if (sent > 0) {
      left.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  return {};
}

Result<AnswerLine> NftClient::read_line(Deadline deadline) {
  for (;;) {
    if (const std::size_t end = unread_.find('\n'); end != std::string::npos) {
      const auto parsed = grammar::parse_answer(std::string_view(unread_).substr(0, end));
      unread_.erase(0, end + 1);
      if (const auto* line = std::get_if<AnswerLine>(&parsed)) return *line;
      return fail(ErrorCode::malformed, "nft answer", std::get<grammar::Complaint>(parsed).column);
    }
    if (unread_.size() > grammar::line_bytes_max) return fail(ErrorCode::limit, "nft answer line", unread_.size());
    CORDON_TRY_VOID(wait(POLLIN, deadline));
    std::array<char, grammar::line_bytes_max> chunk;
    const ssize_t size = ::recv(descriptor_, chunk.data(), chunk.size(), 0);
    if (size == 0) return fail(ErrorCode::io, "nft connection ended", ECONNRESET);
    if (size < 0 && errno != EAGAIN && errno != EINTR) return fail_errno("nft receive");
    if (size > 0) unread_.append(chunk.data(), static_cast<std::size_t>(size));
  }
}

Result<void> NftClient::wait(short events, Deadline deadline) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return fail(ErrorCode::timeout, "nft");
    pollfd waiting{descriptor_, events, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return fail_errno("nft poll");
  }
}

void NftClient::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  unread_.clear();
}

std::string NftClient::next_id() {
  return "q" + std::to_string(++requests_);
}

}  // namespace cordon::enforce
