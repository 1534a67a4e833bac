// SPDX-License-Identifier: Apache-2.0
#include "detect/examiner.h"

#include <algorithm>
#include <deque>
#include <list>
#include <map>
#include <unordered_map>

#include "detect/likelihood.h"
#include "detect/look.h"

namespace cordon::detect {

namespace {

struct Said {
  double llr = 0;
  bool altered = false;
};

struct Client {
  ClientMemory memory;
  std::unordered_map<std::uint64_t, Said> files;
  std::deque<std::uint64_t> order;    // of the files, oldest first
  bool charged = false;               // something spoke against this client
  std::optional<std::uint64_t> note;  // the file whose being a note was weighed
  std::list<event::HostKey>::iterator place;
};

struct Kind {
  std::string_view look;
  std::string_view word;
  std::string_view kind;
};

// The heaviest finding names the observation.
constexpr Kind kinds[] = {
    {"decoy", "touched", "decoy_touched"},          {"note", "repeated", "note_repeated"},
    {"structure", "lost", "structure_lost"},        {"structure", "broken", "structure_lost"},
    {"content", "text_lost", "text_lost"},          {"content", "encoded", "content_encoded"},
    {"similarity", "replaced", "content_replaced"}, {"content", "random", "content_random"},
    {"name", "novel", "novel_extension"},           {"content", "random_some", "content_random"},
    {"content", "random_hint", "content_random"},   {"removal", "sibling", "original_removed"},
    {"removal", "removed", "original_removed"},
};

const Found* find(const std::vector<Found>& found, std::string_view look) {
  const auto at = std::find_if(found.begin(), found.end(), [&](const Found& f) { return f.look->name == look; });
  return at == found.end() ? nullptr : &*at;
}

std::string kind_of(const std::vector<Found>& found, double judgement) {
  if (judgement > 0) {
    for (const Kind& k : kinds) {
      const Found* f = find(found, k.look);
      if (f != nullptr && f->finding.value == k.word) return std::string(k.kind);
    }
  }
  return "work";
}

}  // namespace

struct Examiner::State {
  ExaminerOptions options;
  std::map<event::HostKey, Client> clients;
  // Most recently active first.
  std::list<event::HostKey> harmless;
  std::list<event::HostKey> charged;
  std::size_t files = 0;

  Client& client(const event::HostKey& key) {
    const auto at = clients.find(key);
    if (at != clients.end()) {
      auto& list = at->second.charged ? charged : harmless;
      list.splice(list.begin(), list, at->second.place);
      return at->second;
    }
    while (!clients.empty() && clients.size() >= std::max<std::size_t>(1, options.clients_max)) forget_one(key);
    harmless.push_front(key);
    Client& made = clients[key];
    made.place = harmless.begin();
    return made;
  }

  // Forgets the harmless client silent for longest, else the charged one; never `keep` while another is there.
  bool forget_one(const event::HostKey& keep) {
    for (auto* list : {&harmless, &charged}) {
      if (list->empty() || list->back() == keep) continue;
      const auto at = clients.find(list->back());
      files -= at->second.files.size();
      clients.erase(at);
      list->pop_back();
      return true;
    }
    return false;
  }

  Said& remember(Client& c, const event::HostKey& key, std::uint64_t file) {
    const auto at = c.files.find(file);
    if (at != c.files.end()) return at->second;
    while (!c.order.empty() && c.order.size() >= std::max<std::size_t>(1, options.files_per_client_max))
      forget_oldest(c);
    while (files >= std::max<std::size_t>(1, options.files_max)) {
      if (forget_one(key)) continue;
      forget_oldest(c);
    }
    c.order.push_back(file);
    ++files;
    return c.files[file];
  }

  void forget_oldest(Client& c) {
    c.files.erase(c.order.front());
    c.order.pop_front();
    --files;
  }

  void charge(Client& c) {
    if (c.charged) return;
    c.charged = true;
    charged.splice(charged.begin(), harmless, c.place);
  }
};

Examiner::Examiner(ExaminerOptions options) : state_(std::make_unique<State>()) {
  state_->options = options;
}
Examiner::~Examiner() = default;
Examiner::Examiner(Examiner&&) noexcept = default;
Examiner& Examiner::operator=(Examiner&&) noexcept = default;

std::optional<event::Observation> Examiner::examine(const event::FileActivity& a) {
  Client& client = state_->client(a.client);
  client.memory.learn(a);
  const std::vector<Found> found = run_looks(a, client.memory);

  const auto saw = [&](std::string_view look) {
    const Found* f = find(found, look);
    return f != nullptr && f->finding.value != Finding::silent;
  };
  // A file that lost nothing weighs nothing: nobody buys credit by creating files, and no program that creates strange
  // files by the thousand is cut off for it.
  double judgement = a.altered ? judge(cell_of(found)).llr : 0;
  if (saw("note") && client.note.value_or(a.file) == a.file) {
    client.note = a.file;
    judgement = in_bounds(judgement + note_llr);
  }
  if (saw("decoy")) judgement = llr_max;  // set by hand: no work does it

  const auto before = client.files.find(a.file);
  const Said said = before == client.files.end() ? Said{} : before->second;
  // Credit once given is not taken back while the file still looks like work: the sum may have been floored at zero
  // when it was given, and then the difference would count as evidence.
  if (judgement <= 0 && said.llr < 0) judgement = std::min(judgement, said.llr);
  const double difference = judgement - said.llr;
  const bool counted = before != client.files.end() && (said.altered || !a.altered);
  if (difference == 0 && (counted || !a.altered)) return std::nullopt;

  state_->remember(client, a.client, a.file) = Said{judgement, said.altered || a.altered};
  if (judgement > 0) state_->charge(client);

  event::Observation out;
  out.at = a.at;
  out.first_altered = a.first_altered;
  out.host = a.client;
  out.server = a.server;
  out.user = a.user;
  out.share = a.share;
  out.path = a.path;
  out.new_path = a.new_path;
  out.kind = kind_of(found, judgement);
  for (const Found& f : found) {
    if (f.finding.value == Finding::silent) continue;
    out.looks.push_back({std::string(f.look->name), std::string(f.finding.value), f.finding.detail});
  }
  out.llr = difference;
  out.confirmed = a.confirmed;
  out.new_file = !counted;
  out.altered = a.altered;
  return out;
}

std::size_t Examiner::clients() const {
  return state_->clients.size();
}
std::size_t Examiner::files() const {
  return state_->files;
}

}  // namespace cordon::detect
