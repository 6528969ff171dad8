using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Engine.Tests.Judgement;

public sealed class CampaignRegisterTests
{
    const ulong Account = 7;

    readonly CampaignRegister _register = new();

    [Fact]
    public void A_stricter_rung_and_another_accusation_have_dates_of_their_own_and_the_first_alarm_stays()
    {
        Record(Verdict.Distillation, Rung.Observe, 100);
        Record(Verdict.Distillation, Rung.Verify, 200);
        Assert.Equal(new Holding(Verdict.Distillation, Rung.Verify, 200, 200), Held());
        Record(Verdict.Distillation, Rung.Shape, 300);
        Assert.Equal(new Holding(Verdict.Distillation, Rung.Shape, 300, 200), Held());
        Record(Verdict.Resale, Rung.Shape, 400);
        Assert.Equal(new Holding(Verdict.Resale, Rung.Shape, 400, 200), Held());
        Record(Verdict.Resale, Rung.Shape, 500);
        Assert.Equal(new Holding(Verdict.Resale, Rung.Shape, 400, 200), Held());
        Assert.Equal(200, _register.AlarmedMs([Account]));
    }

    [Fact]
    public void Whoever_is_let_go_and_accused_again_is_alarmed_anew()
    {
        Record(Verdict.Distillation, Rung.Verify, 200);
        Record(Verdict.Automation, Rung.Observe, 300);
        Assert.Null(_register.AlarmedMs([Account]));
        Record(Verdict.Distillation, Rung.Verify, 400);
        Assert.Equal(400, _register.AlarmedMs([Account]));
    }

    void Record(Verdict verdict, Rung rung, long nowMs) => _register.Record([(Account, verdict, rung)], nowMs);

    Holding? Held() => _register.Of(Account);
}
