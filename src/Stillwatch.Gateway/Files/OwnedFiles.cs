using System.Text;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Shelves;
using Stillwatch.Storage.Ownership;

namespace Stillwatch.Gateway.Files;

/// <summary>
/// Keeps a message from naming another account's file: upstreams see one credential for all accounts, so only we can tell.
/// </summary>
static class OwnedFiles
{
    /// <summary>Null when every file the request names is the caller's own, at the upstream the request goes to.</summary>
    /// <remarks>An upstream without files of ours decides about ids itself: none of them was issued through us.</remarks>
    public static GatewayError? FaultOf(ReadOnlySpan<byte> body, RequestOutline outline, InferenceExchange exchange, OwnershipStore owners)
    {
        if (outline.FileIds.Count == 0 || !exchange.Route!.Upstream.Config.HasFiles)
        {
            return null;
        }

        string? last = null;
        foreach (var place in outline.FileIds)
        {
            var id = Encoding.UTF8.GetString(body.Slice(place.Start, place.Length));
            if (id == last)
            {
                continue; // the same file again, as conversations have it
            }

            if (!ShelfCall.IsId(id) || owners.Find(OwnedKind.File, id, exchange.Caller.Account)?.Upstream != exchange.Route.Upstream.Config.Name)
            {
                return FileFlow.Unknown(id);
            }

            last = id;
        }

        return null;
    }
}
