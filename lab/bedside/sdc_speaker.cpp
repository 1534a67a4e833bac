// SPDX-License-Identifier: Apache-2.0
#include "sdc_speaker.h"

#include "sdc_bed.h"

namespace cordon::lab {

namespace {

Now now() {
  return {std::chrono::steady_clock::now(), std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now())};
}

class SdcSpeaker final : public Speaker {
 public:
  SdcSpeaker(Bed& told, std::string url) : Speaker(told), device_(told, std::move(url), now()) {}

  Result<void> open(SdcWard& ward, const SdcWard::Address& address) {
    line_ = CORDON_TRY(ward.line(device_, address));
    return {};
  }

  void sample(const Now& at) override { device_.sample(at); }
  void turn(const Now& at) override;

 private:
  SdcBed device_;
  std::unique_ptr<SdcLine> line_;
  bool was_off_ = false;
};

void SdcSpeaker::turn(const Now& at) {
  std::vector<sdc::Notification> owed = device_.turn(at);
  const bool is_news = device_.began() || (was_off_ && !device_.off());
  was_off_ = device_.off();
  if (was_off_) return;
  if (is_news) line_->announce();
  line_->owe(std::move(owed));
}

}  // namespace

Result<std::unique_ptr<Speaker>> sdc_speaker(SdcWard& ward, Bed& bed, const SdcWard::Address& address) {
  auto out = std::make_unique<SdcSpeaker>(bed, ward.url_of(address));
  CORDON_TRY_VOID(out->open(ward, address));
  return std::unique_ptr<Speaker>(std::move(out));
}

}  // namespace cordon::lab
