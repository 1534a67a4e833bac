// SPDX-License-Identifier: Apache-2.0
#include "smb/exchanges.h"

#include <utility>

namespace cordon::smb {

namespace {

/// text_bytes_of is what a request holds outside its variant.
std::size_t text_bytes_of(const Request& request) {
  struct Sum {
    std::size_t operator()(const NegotiateRequest& r) const {
      return 2 * (r.dialects.size() + r.ciphers.size() + r.compressions.size());
    }
    std::size_t operator()(const SessionSetupRequest& r) const {
      return r.user.size() + r.domain.size() + r.workstation.size();
    }
    std::size_t operator()(const TreeConnectRequest& r) const { return r.path.size(); }
    std::size_t operator()(const CreateRequest& r) const { return r.name.size(); }
    std::size_t operator()(const IoctlRequest& r) const { return r.ranges.size() * sizeof(CopyRange); }
    std::size_t operator()(const QueryDirectoryRequest& r) const { return r.pattern.size(); }
    std::size_t operator()(const SetInfoRequest& r) const {
      if (const auto* rename = std::get_if<Rename>(&r.change)) return rename->new_name.size();
      if (const auto* link = std::get_if<Link>(&r.change)) return link->new_name.size();
      return 0;
    }
    std::size_t operator()(std::monostate) const { return 0; }
    std::size_t operator()(const Plain&) const { return 0; }
    std::size_t operator()(const CloseRequest&) const { return 0; }
    std::size_t operator()(const ReadRequest&) const { return 0; }
    std::size_t operator()(const WriteRequest&) const { return 0; }
    std::size_t operator()(const LockRequest&) const { return 0; }
    std::size_t operator()(const QueryInfoRequest&) const { return 0; }
    std::size_t operator()(const ChangeNotifyRequest&) const { return 0; }
    std::size_t operator()(const OplockBreak&) const { return 0; }
  };
  return std::visit(Sum{}, request);
}

}  // namespace

void Exchanges::inherit(Exchange& exchange, const Header& header, const DecodedRequest& request) {
  exchange.file = request.file;
  exchange.file_known = request.has_file && !request.file.from_previous();
  if (!header.related()) {
    chain_ = {};
    return;
  }
  if (!chain_.started) {
    count(Weird::related_without_first);
    return;
  }
  // [MS-SMB2] 3.2.4.1.4: session and tree may be all ones, "as in the element before".
  if (exchange.session_id == id_unset) exchange.session_id = chain_.session_id;
  if (exchange.tree_id == tree_unset) exchange.tree_id = chain_.tree_id;
  if (!request.has_file || exchange.file_known) return;
  exchange.related_to = chain_.create_id;
  if (chain_.file_known) {
    exchange.file = chain_.file;
    exchange.file_known = true;
  }
}

void Exchanges::extend_chain(const Exchange& exchange) {
  if (chain_.started && chain_.elements < limits_->compound_elements_max) {
    if (const auto before = index_.find(chain_.last_id); before != index_.end())
      before->second->next_related = exchange.message_id;
  } else if (chain_.started && chain_.elements == limits_->compound_elements_max) {
    count(Weird::compound_too_long);
  }
  chain_.started = true;
  ++chain_.elements;
  chain_.last_id = exchange.message_id;
  chain_.session_id = exchange.session_id;
  chain_.tree_id = exchange.tree_id;
  if (exchange.command == Command::create) {
    chain_.create_id = exchange.message_id;
    chain_.file_known = false;
  } else if (exchange.file_known) {
    chain_.file = exchange.file;
    chain_.file_known = true;
    chain_.create_id = exchange.related_to;
  }
}

Exchange Exchanges::add(const Header& header, WallTime time, DecodedRequest&& request) {
  Entry entry;
  Exchange& exchange = entry.exchange;
  exchange.request_time = time;
  exchange.has_request = true;
  exchange.command = header.command;
  exchange.message_id = header.message_id;
  exchange.session_id = header.session_id;
  exchange.tree_id = header.tree_id;
  exchange.request_signed = header.is_signed();
  exchange.related = header.related();
  exchange.credit_charge = header.credit_charge;
  inherit(exchange, header, request);
  exchange.request = std::move(request.body);
  if (header.command == Command::cancel) {  // it has no response, and the MessageId of what it cancels
    sink_->exchange(exchange);
    return exchange;
  }
  if (const auto old = index_.find(header.message_id); old != index_.end()) {
    count(Weird::duplicate_message_id);
    give_up(old->second);
  }
  entry.text_bytes = text_bytes_of(exchange.request);
  make_room(entry.text_bytes);
  text_bytes_ += entry.text_bytes;
  Exchange place;  // what the payload needs, without the body
  place.request_time = time;
  place.message_id = exchange.message_id;
  place.session_id = exchange.session_id;
  place.tree_id = exchange.tree_id;
  place.file_known = exchange.file_known;
  place.file = exchange.file;
  place.related_to = exchange.related_to;
  prompt_.push_back(std::move(entry));
  index_.emplace(header.message_id, std::prev(prompt_.end()));
  extend_chain(prompt_.back().exchange);
  return place;
}

void Exchanges::make_room(std::size_t text_bytes) {
  while (!index_.empty() && (index_.size() >= limits_->pending_requests_max ||
                             text_bytes_ + text_bytes > limits_->pending_text_bytes_max)) {
    count(Weird::pending_full);
    // Delayed requests may wait for hours (CHANGE_NOTIFY), but they must not crowd out the others.
    List& list = prompt_.empty() || delayed_.size() > limits_->pending_requests_max / 2 ? delayed_ : prompt_;
    give_up(list.begin());
  }
}

Exchanges::Entry Exchanges::remove(List::iterator entry) {
  text_bytes_ -= entry->text_bytes;
  index_.erase(entry->exchange.message_id);
  List& list = entry->interim ? delayed_ : prompt_;
  Entry out = std::move(*entry);
  list.erase(entry);
  return out;
}

void Exchanges::give_up(List::iterator entry) {
  count(Weird::request_given_up);
  const Entry gone = remove(entry);
  sink_->exchange(gone.exchange);
}

const Exchange* Exchanges::waiting_for(const Header& response) const {
  const auto found = index_.find(response.message_id);
  if (found == index_.end() || found->second->exchange.command != response.command) return nullptr;
  return &found->second->exchange;
}

void Exchanges::resolve_related(std::uint64_t first, std::uint64_t create_id, FileId file) {
  std::uint64_t id = first;
  for (std::size_t i = 0; i < limits_->compound_elements_max && id != id_unset; ++i) {
    const auto found = index_.find(id);
    if (found == index_.end()) return;
    Entry& entry = *found->second;
    if (entry.exchange.related_to == create_id) {
      entry.exchange.file = file;
      entry.exchange.file_known = true;
    }
    id = entry.next_related;
  }
}

void Exchanges::respond(const Header& header, WallTime time, Response&& response) {
  const auto found = index_.find(header.message_id);
  const bool ours = found != index_.end() && found->second->exchange.command == header.command;
  if (header.status == status_pending) {
    if (ours && !found->second->interim) {
      found->second->interim = true;
      found->second->exchange.was_async = true;
      delayed_.splice(delayed_.end(), prompt_, found->second);
    }
    return;
  }
  Entry entry;
  if (ours) {
    entry = remove(found->second);
  } else {
    if (found != index_.end()) {
      count(Weird::command_mismatch);
    } else if (header.message_id == id_unset) {
      // An oplock or lease break notification answers nothing. [MS-SMB2] 2.2.23.
    } else if (header.command == Command::negotiate && smb2_offered_) {
      smb2_offered_ = false;
    } else {
      count(Weird::response_without_request);
    }
    entry.exchange.command = header.command;
    entry.exchange.message_id = header.message_id;
    entry.exchange.related = header.related();
  }
  Exchange& exchange = entry.exchange;
  exchange.response_time = time;
  exchange.answered = true;
  exchange.status = header.status;
  exchange.response_signed = header.is_signed();
  exchange.was_async = exchange.was_async || header.async();
  if (exchange.session_id == 0 || exchange.session_id == id_unset) exchange.session_id = header.session_id;
  if (exchange.tree_id == tree_unset || header.command == Command::tree_connect) exchange.tree_id = header.tree_id;
  exchange.response = std::move(response);
  if (const auto* create = std::get_if<CreateResponse>(&exchange.response)) {
    exchange.file = create->file;
    exchange.file_known = true;
    resolve_related(entry.next_related, exchange.message_id, create->file);
  } else if (const auto* oplock = std::get_if<OplockBreak>(&exchange.response); oplock != nullptr && !oplock->lease) {
    exchange.file = oplock->file;
    exchange.file_known = true;
  }
  sink_->exchange(exchange);
}

void Exchanges::expire(WallTime now) {
  // A request whose answer may have been lost is given up after a while. Where the server's stream is whole, its answer
  // still comes, however late.
  while (!prompt_.empty()) {
    const WallTime asked = prompt_.front().exchange.request_time;
    const bool may_be_lost = !server_seen_ || asked <= last_server_gap_;
    if (!may_be_lost || now - asked <= limits_->unanswered_after) return;
    give_up(prompt_.begin());
  }
}

void Exchanges::finish() {
  while (!prompt_.empty()) give_up(prompt_.begin());
  while (!delayed_.empty()) give_up(delayed_.begin());
}

}  // namespace cordon::smb
