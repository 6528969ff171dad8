using Microsoft.AspNetCore.Components;

namespace Stillwatch.Console.Live;

/// <summary>A page or a part of one that draws itself anew whenever something changed. Override <see cref="RefreshAsync"/> to read what it shows.</summary>
/// <remarks>
/// <see cref="RefreshAsync"/> runs before the page is first drawn, so that the first HTML holds everything, and then with each change of the
/// feed while the page is open; never twice at once: changes that come meanwhile become one.
/// </remarks>
public abstract class LivePage : ComponentBase, IDisposable
{
    IDisposable? _watching;
    bool _isBusy;
    bool _isStale;

    [Inject] public ConsoleFeed Feed { get; set; } = null!;

    /// <summary>What is shown now.</summary>
    protected ConsoleView View { get; private set; } = ConsoleView.Nothing;

    public void Dispose()
    {
        _watching?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads what the page shows; <see cref="View"/> is the newest already. Also runs when parameters changed.</summary>
    protected virtual Task RefreshAsync() => Task.CompletedTask;

    protected override async Task OnParametersSetAsync()
    {
        View = await Feed.FreshAsync();
        await RefreshAsync();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) // only where there is a connection to push through
        {
            _watching = Feed.Watch(() => _ = InvokeAsync(ChangedAsync));
        }
    }

    async Task ChangedAsync()
    {
        if (_isBusy)
        {
            _isStale = true;
            return;
        }

        _isBusy = true;
        try
        {
            do
            {
                _isStale = false;
                View = Feed.View;
                await RefreshAsync();
                StateHasChanged();
            }
            while (_isStale);
        }
        finally
        {
            _isBusy = false;
        }
    }
}
