using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Stillwatch.Gateway.Admin;

/// <summary>What else the admin listener serves beside its API: the console, which this project does not know.</summary>
/// <param name="AddServices">Before the listener is built.</param>
/// <param name="Map">Before the API is mapped; the API answers what these pages leave.</param>
/// <param name="Invitation">What whoever started the server should be told once it is ready, given the listener's address; null for nothing. Holds a secret: never logged.</param>
/// <param name="Owned">What ends after the listener.</param>
sealed record AdminPages(Action<IServiceCollection> AddServices, Action<WebApplication> Map, Func<Uri, string?> Invitation, IDisposable Owned);
