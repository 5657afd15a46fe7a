locals {
  charts = [
    { title = "Outcomes of objects, status of commands", filter = local.metric_types["outcomes"], align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.outcome", "metric.label.status"], type = "STACKED_BAR" },
    { title = "Reasons of what was set aside or ignored", filter = local.metric_types["outcomes"], align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.reason"], type = "STACKED_BAR" },
    { title = "Time to the end of an object or command, 95th percentile (ms)", filter = local.metric_types["duration"], align = "ALIGN_DELTA", reduce = "REDUCE_PERCENTILE_95", by = ["metric.label.function"], type = "LINE" },
    { title = "Deliveries it took, 99th percentile", filter = local.metric_types["attempts"], align = "ALIGN_DELTA", reduce = "REDUCE_PERCENTILE_99", by = ["metric.label.function"], type = "LINE" },
    { title = "Throttled answers", filter = local.metric_types["throttled"], align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.call"], type = "STACKED_BAR" },
    { title = "Deliveries given back", filter = local.metric_types["given_back"], align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.error"], type = "STACKED_BAR" },
    { title = "Configuration faults", filter = local.metric_types["configuration_faults"], align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.call"], type = "STACKED_BAR" },
    { title = "Oldest open operation (ms)", filter = local.metric_types["operation_age"], align = "ALIGN_DELTA", reduce = "REDUCE_PERCENTILE_99", by = [], type = "LINE" },
    { title = "Messages waiting", filter = "metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND ${local.on_subscriptions}", align = "ALIGN_MEAN", reduce = "REDUCE_SUM", by = ["resource.label.subscription_id"], type = "LINE" },
    { title = "Age of the oldest message (s)", filter = "metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND ${local.on_subscriptions}", align = "ALIGN_MAX", reduce = "REDUCE_MAX", by = ["resource.label.subscription_id"], type = "LINE" },
    { title = "Dead letters", filter = "metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND ${local.on_dead_letter_subscriptions}", align = "ALIGN_MAX", reduce = "REDUCE_MAX", by = ["resource.label.subscription_id"], type = "LINE" },
    { title = "Requests by status", filter = "metric.type=\"run.googleapis.com/request_count\" AND ${local.on_services}", align = "ALIGN_DELTA", reduce = "REDUCE_SUM", by = ["metric.label.response_code"], type = "STACKED_BAR" },
  ]

  chart_width  = 24
  chart_height = 14
}

resource "google_monitoring_dashboard" "this" {
  project = var.project_id

  dashboard_json = jsonencode({
    displayName = var.name
    mosaicLayout = {
      columns = 48
      tiles = [
        for index, chart in local.charts : {
          xPos   = index % 2 * local.chart_width
          yPos   = floor(index / 2) * local.chart_height
          width  = local.chart_width
          height = local.chart_height
          widget = {
            title = chart.title
            xyChart = {
              dataSets = [{
                plotType = chart.type
                timeSeriesQuery = {
                  timeSeriesFilter = {
                    filter = chart.filter
                    aggregation = {
                      alignmentPeriod    = "300s"
                      perSeriesAligner   = chart.align
                      crossSeriesReducer = chart.reduce
                      groupByFields      = chart.by
                    }
                  }
                }
              }]
            }
          }
        }
      ]
    }
  })
}
