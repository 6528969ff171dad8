using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Populations;

namespace Stillwatch.Simulator.Campaigns;

/// <summary>A customer who let a campaign have the use of a key: their own talk goes on as before, the harvest runs beside it from the campaign's exits and client.</summary>
sealed class RentedActor : Actor
{
    readonly (bool Harvest, int Index)[] _order;
    readonly PersonActor _owner;
    readonly HarvestActor _renter;
    readonly Persona _equipment;
    bool _harvest;

    /// <param name="equipment">Client, settings and exits of the renter; its own record is never used.</param>
    RentedActor(World world, PersonActor owner, HarvestActor renter, Persona equipment, Slot[] slots, (bool Harvest, int Index)[] order)
        : base(world, owner.Persona, slots)
        => (_owner, _renter, _equipment, _order) = (owner, renter, equipment, order);

    public static RentedActor Of(World world, PersonActor owner, HarvestActor renter, Persona equipment)
    {
        (Slot Slot, bool Harvest, int Index)[] all =
        [
            .. owner.Slots.Select((slot, index) => (slot, false, index))
                .Concat(renter.Slots.Select((slot, index) => (slot, true, index)))
                .OrderBy(item => item.slot.Ms).ThenBy(item => item.Item2).ThenBy(item => item.index),
        ];
        return new RentedActor(world, owner, renter, equipment, [.. all.Select(item => item.Slot)], [.. all.Select(item => (item.Harvest, item.Index))]);
    }

    protected override ClientHabit Client => _harvest ? _equipment.Client : Persona.Client;

    protected override Turn Speak(int index)
    {
        (_harvest, var own) = _order[index];
        return _harvest
            ? _renter.Said(own) with { Temperature = _equipment.Temperature, MaxTokens = _equipment.MaxTokens }
            : _owner.Said(own) with { Label = ExchangeLabel.Cover };
    }

    protected override Address Place(Slot slot) => _harvest ? _equipment.Addresses[(int)(slot.Ms / (6 * World.HourMs)) % _equipment.Addresses.Length] : base.Place(slot);
}
