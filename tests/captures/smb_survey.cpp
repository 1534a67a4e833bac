// SPDX-License-Identifier: Apache-2.0
// smb_survey FILE: what our decoder sees of SMB in a capture, as one JSON object, for against_tshark.py. A test tool:
// it is not installed, and it judges nothing.
#include <fmt/format.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "io/capture.h"
#include "net/decoder.h"
#include "smb/conversation.h"
#include "smb/names.h"

namespace cordon {
namespace {

/// Survey collects over all connections of a capture: files are known by session and FileId, wherever they were opened.
class Survey {
 public:
  void message(const smb::MessageInfo& m) {
    const bool response = m.header.response();
    ++messages_[fmt::format("{} {} {}", static_cast<unsigned>(m.header.command), response ? "response" : "request",
                            response ? fmt::format("{:08x}", m.header.status) : "-")];
  }

  void exchange(const smb::Exchange& e) {
    const auto key = std::pair(e.session_id, e.file);
    const bool done = e.answered && e.status == smb::status_success;
    if (const auto* create = std::get_if<smb::CreateRequest>(&e.request)) {
      asked_.insert(create->name);
      if (!done) return;
      opened_.insert(create->name);
      files_[key] = create->name;
      if (create->delete_on_close()) deleted_.insert(create->name);
      return;
    }
    const auto file = files_.find(key);
    if (!done || !e.file_known || file == files_.end()) return;
    if (e.command == smb::Command::write) written_.insert(file->second);
    const auto* set = std::get_if<smb::SetInfoRequest>(&e.request);
    if (set == nullptr) return;
    if (const auto* rename = std::get_if<smb::Rename>(&set->change)) {
      renamed_.emplace(file->second, rename->new_name);
      file->second = rename->new_name;
    }
    const auto* disposition = std::get_if<smb::SetDisposition>(&set->change);
    if (disposition != nullptr && disposition->delete_pending) deleted_.insert(file->second);
  }

  void transform(const smb::Transform& t) { ++transforms_[t.compressed ? "compressed" : "encrypted"]; }
  void smb1(const smb::Smb1Message& m) {
    if (m.chain > 0) return;
    ++smb1_[fmt::format("{:#04x} {}", static_cast<unsigned>(m.command), m.response ? "response" : "request")];
  }
  void counters(const smb::Counters& c) {
    for (std::size_t i = 0; i < smb::weird_count; ++i)
      if (c.weird[i] > 0) weird_[smb::weird_name(static_cast<smb::Weird>(i))] += c.weird[i];
    data_bytes_ += c.data_bytes;
  }
  void gap(std::uint64_t bytes) {
    ++gaps_;
    gap_bytes_ += bytes;
  }

  nlohmann::json json() const {
    return {{"messages", messages_}, {"smb1", smb1_},       {"transforms", transforms_}, {"asked", asked_},
            {"opened", opened_},     {"written", written_}, {"renamed", renamed_},       {"deleted", deleted_},
            {"weird", weird_},       {"gaps", gaps_},       {"gap_bytes", gap_bytes_},   {"data_bytes", data_bytes_}};
  }

 private:
  std::map<std::string, std::uint64_t> messages_, smb1_, transforms_, weird_;
  std::map<std::pair<std::uint64_t, smb::FileId>, std::string> files_;
  std::set<std::string> asked_, opened_, written_, deleted_;
  std::set<std::pair<std::string, std::string>> renamed_;
  std::uint64_t gaps_ = 0, gap_bytes_ = 0, data_bytes_ = 0;
};

class Connection final : public smb::Sink {
 public:
  explicit Connection(Survey& survey) : survey_(&survey), conversation_(*this) {}
  void message(const smb::MessageInfo& m) override { survey_->message(m); }
  void exchange(const smb::Exchange& e) override { survey_->exchange(e); }
  void transform(const smb::Transform& t) override { survey_->transform(t); }
  void smb1(const smb::Smb1Message& m) override { survey_->smb1(m); }
  smb::Conversation& conversation() { return conversation_; }

 private:
  Survey* survey_;
  smb::Conversation conversation_;
};

class Flows final : public net::Sink {
 public:
  explicit Flows(Survey& survey) : survey_(&survey) {}
  void on_data(net::FlowView& flow, net::Direction d, WallTime time, ByteView bytes) override {
    if (Connection* c = connection(flow, bytes)) c->conversation().feed(direction(d), time, bytes);
  }
  void on_gap(net::FlowView& flow, net::Direction d, std::uint64_t bytes) override {
    if (Connection* c = connection(flow, {})) {
      survey_->gap(bytes);
      c->conversation().gap(direction(d), flow.last, bytes);
    }
  }
  void on_flow_end(net::FlowView& flow, net::FlowEnd) override {
    const auto found = connections_.find(flow.id.value);
    if (found == connections_.end()) return;
    found->second->conversation().finish();
    survey_->counters(found->second->conversation().counters());
    connections_.erase(found);
  }

 private:
  static smb::Direction direction(net::Direction d) {
    return d == net::Direction::to_server ? smb::Direction::client_to_server : smb::Direction::server_to_client;
  }
  Connection* connection(const net::FlowView& flow, ByteView first) {
    const auto found = connections_.find(flow.id.value);
    if (found != connections_.end()) return found->second.get();
    const bool port = flow.server.port == 445 || flow.server.port == 139;
    if (!port && !smb::looks_like_smb(first)) return nullptr;
    return connections_.emplace(flow.id.value, std::make_unique<Connection>(*survey_)).first->second.get();
  }

  Survey* survey_;
  std::map<std::uint64_t, std::unique_ptr<Connection>> connections_;
};

int run(const char* path) {
  auto file = io::CaptureFile::open(path);
  if (!file) {
    fmt::print(stderr, "{} {}\n", path, io::CaptureFile::open_error());
    return 3;
  }
  Survey survey;
  Flows flows(survey);
  net::Decoder decoder(flows);
  auto frame = file->next();
  for (; frame && *frame; frame = file->next()) decoder.frame(**frame);
  decoder.finish();
  fmt::print("{}\n", survey.json().dump());
  if (frame) return 0;
  fmt::print(stderr, "{} {}\n", path, file->last_error());
  return 3;
}

}  // namespace
}  // namespace cordon

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: smb_survey FILE\n");
    return 2;
  }
  return cordon::run(argv[1]);
}
