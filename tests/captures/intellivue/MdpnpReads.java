// SPDX-License-Identifier: Apache-2.0
// MdpnpReads ADDRESS PORT SECONDS: mdpnp's own IntelliVue client (github.com/mdpnp/mdpnp) against a monitor. Each answer is a line
// "< HEXADECIMAL" on standard output, and below it what their classes read in it. How it is built and run: docs/PEERS.md.

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.text.SimpleDateFormat;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.mdpnp.devices.philips.intellivue.CompoundProtocol;
import org.mdpnp.devices.philips.intellivue.Intellivue;
import org.mdpnp.devices.philips.intellivue.action.ExtendedPollDataResult;
import org.mdpnp.devices.philips.intellivue.action.ObservationPoll;
import org.mdpnp.devices.philips.intellivue.action.SingleContextPoll;
import org.mdpnp.devices.philips.intellivue.action.SinglePollDataResult;
import org.mdpnp.devices.philips.intellivue.attribute.Attribute;
import org.mdpnp.devices.philips.intellivue.association.AssociationAccept;
import org.mdpnp.devices.philips.intellivue.data.*;
import org.mdpnp.devices.philips.intellivue.dataexport.command.EventReport;

public class MdpnpReads extends Intellivue {
    private final Map<Integer, SampleArraySpecification> specs = new HashMap<>();
    private final Map<Integer, ScaleAndRangeSpecification> scales = new HashMap<>();
    private java.lang.String received;

    private static void say(java.lang.String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "\n", values);
    }

    private static java.lang.String number(double value) {
        if (Double.isNaN(value)) return "nan";
        if (Double.isInfinite(value)) return value > 0 ? "inf" : "-inf";
        return java.lang.String.format(Locale.ROOT, "%.6f", value);
    }

    private static <T extends Value> T of(AttributeValueList all, AttributeId id, Class<T> type) {
        Attribute<T> found = all.getAttribute(id, type);
        return found == null ? null : found.getValue();
    }

    private static int priority(AlertType type) {
        if (type.isHighPriorityPatientAlarm() || type.isHighPriorityTechnicalAlarm()) return 3;
        if (type.isMediumPriorityPatientAlarm() || type.isMediumPriorityTechnicalAlarm()) return 2;
        return type.isLowPriorityPatientAlarm() || type.isLowPriorityTechnicalAlarm() ? 1 : 0;
    }

    private void numeric(int handle, NumericObservedValue n) {
        say("numeric %d %d %d %s", handle, n.getPhysioId().getType(), n.getUnitCode().getType(), number(n.getValue().getDouble()));
    }

    private void wave(int handle, SampleArrayObservedValue v) {
        SampleArraySpecification spec = specs.get(handle);
        ScaleAndRangeSpecification scale = scales.get(handle);
        if (spec == null || scale == null) return;
        MySampleArray samples = new MySampleArray();
        samples.setSampleArraySpecification(spec);
        samples.setScaleAndRangeSpecification(scale);
        for (int i = 0; i < spec.getArraySize(); i++) samples.applyValue(i, v.getValue());
        StringBuilder out = new StringBuilder();
        for (Number each : samples.getNumbers()) out.append(' ').append(number(each.doubleValue()));
        say("wave %d %d%s", handle, v.getPhysioId().getType(), out);
    }

    private void alarms(java.lang.String kind, DevAlarmList list) {
        if (list == null) return;
        say("%s %d", kind, list.getValue().size());
        for (DevAlarmEntry each : list.getValue())
            say("alarm %d %d %d %s", each.getAlSource().getType(), each.getAlCode().getType(), priority(each.getAlType()),
                each.getAlMonInfo() instanceof StrAlMonInfo ? ((StrAlMonInfo) each.getAlMonInfo()).getString().getString().replace("\0", "") : "");
    }

    private void read(List<SingleContextPoll> contexts, AbsoluteTime clock) {
        System.out.println("< " + received);
        if (clock.getDate() != null) say("clock %s", new SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ss").format(clock.getDate()));
        for (SingleContextPoll context : contexts)
            for (ObservationPoll each : context.getPollInfo()) {
                int handle = each.getHandle().getHandle();
                AttributeValueList all = each.getAttributes();
                SampleArraySpecification spec = of(all, AttributeId.NOM_ATTR_SA_SPECN, SampleArraySpecification.class);
                if (spec != null) {
                    specs.put(handle, spec.clone());
                    say("spec %d %d %d %d", handle, spec.getArraySize(), spec.getSampleSize(), spec.getSignificantBits());
                }
                ScaleAndRangeSpecification scale = of(all, AttributeId.NOM_ATTR_SCALE_SPECN_I16, ScaleAndRangeSpecification.class);
                if (scale != null) {
                    scales.put(handle, scale.clone());
                    say("scale %d %s %s %d %d", handle, number(scale.getLowerAbsoluteValue().getDouble()),
                        number(scale.getUpperAbsoluteValue().getDouble()), scale.getLowerScaledValue(), scale.getUpperScaledValue());
                }
                SampleArrayFixedValueSpecification fixed = of(all, AttributeId.NOM_ATTR_SA_FIXED_VAL_SPECN, SampleArrayFixedValueSpecification.class);
                if (fixed != null) say("fixed %d %s", handle, fixed.toString().replaceAll("\\[\\[valId=(\\w+),fixedValue=(\\d+)\\]\\]", "$1 $2"));
                NumericObservedValue n = of(all, AttributeId.NOM_ATTR_NU_VAL_OBS, NumericObservedValue.class);
                if (n != null) numeric(handle, n);
                SampleArrayObservedValue samples = of(all, AttributeId.NOM_ATTR_SA_VAL_OBS, SampleArrayObservedValue.class);
                if (samples != null) wave(handle, samples);
                alarms("patient", of(all, AttributeId.NOM_ATTR_AL_MON_P_AL_LIST, DevAlarmList.class));
                alarms("technical", of(all, AttributeId.NOM_ATTR_AL_MON_T_AL_LIST, DevAlarmList.class));
            }
    }

    @Override
    protected void handle(SocketAddress from, AssociationAccept message) {
        System.err.println("accepted");
    }

    @Override
    protected void handle(EventReport event, boolean confirm) throws IOException {
        super.handle(event, confirm);
        System.err.println("created");
        requestSinglePoll(ObjectClass.NOM_MOC_VMO_METRIC_SA_RT, null);
        requestExtendedPoll(ObjectClass.NOM_MOC_VMO_METRIC_NU, 60000L);
        requestExtendedPoll(ObjectClass.NOM_MOC_VMO_METRIC_SA_RT, 60000L);
        requestExtendedPoll(ObjectClass.NOM_MOC_VMO_AL_MON, 60000L);
    }

    @Override
    protected void handle(SinglePollDataResult result) {
        read(result.getPollInfoList(), result.getAbsoluteTime());
    }

    @Override
    protected void handle(ExtendedPollDataResult result) {
        read(result.getPollInfoList(), result.getAbsoluteTime());
    }

    public static void main(java.lang.String[] words) throws IOException {
        Selector selector = Selector.open();
        DatagramChannel channel = DatagramChannel.open();
        channel.configureBlocking(false);
        channel.connect(new InetSocketAddress(words[0], Integer.parseInt(words[1])));
        MdpnpReads client = new MdpnpReads();
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        client.registered(null, key);
        client.requestAssociation();
        CompoundProtocol protocol = new CompoundProtocol();
        ByteBuffer in = ByteBuffer.allocate(5000);
        long end = System.currentTimeMillis() + 1000 * Long.parseLong(words[2]);
        while (System.currentTimeMillis() < end) {
            selector.select(100);
            selector.selectedKeys().clear();
            in.clear();
            SocketAddress from = channel.receive(in);
            if (from == null) continue;
            in.flip();
            StringBuilder hex = new StringBuilder();
            for (int i = 0; i < in.limit(); i++) hex.append(java.lang.String.format("%02x", in.get(i)));
            client.received = hex.toString();
            client.handle(from, protocol.parse(in), key);
        }
    }
}
