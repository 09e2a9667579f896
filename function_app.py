"""The table of contents: every workflow of this app, nothing more."""

import azure.functions as func

from functions import audit, health, integrations, master_data, notifications, outbox, reference, sync, timers
from functions.auth import (
    change_password,
    login,
    password_reset,
    refresh_session,
    register,
    second_factor,
    session,
)
from functions.commissions import approve_or_pay, browse_commissions
from functions.documents import (
    browse_documents,
    check_upload,
    issue_link,
    issue_upload,
    keep_documents,
    review_kyc,
    sweep_uploads,
)
from functions.leads import browse_leads, create_lead, edit_lead, reassign, update_status
from functions.people import (
    access,
    activate_partner,
    assign_kam,
    browse_people,
    correct_customer,
    deactivate_partner,
    manage_admins,
    manage_kams,
    manage_partners,
    profile,
)
from functions.quotations import answer, browse_quotations, finalize, preview, share
from shared_code import edge, triggers

app = func.FunctionApp()

for workflow in (
    # signing in and out
    login.login,
    register.register,
    refresh_session.refresh_session,
    session.get_me,
    session.logout,
    session.logout_all,
    session.list_sessions,
    session.end_session,
    password_reset.request_password_reset,
    password_reset.complete_password_reset,
    change_password.change_password,
    second_factor.begin_totp,
    second_factor.confirm_totp,
    second_factor.end_totp,
    integrations.send_otp,
    integrations.send_email,
    # leads
    create_lead.create_lead,
    browse_leads.list_leads,
    browse_leads.get_lead,
    browse_leads.get_timeline,
    browse_leads.get_lead_summary,
    update_status.update_status,
    edit_lead.edit_lead,
    reassign.reassign_lead,
    # quotations
    master_data.get_master_data,
    master_data.add_master_data,
    master_data.change_master_data,
    master_data.change_settings,
    preview.preview_quotation,
    finalize.finalize_quotation,
    browse_quotations.list_quotations,
    browse_quotations.get_quotation,
    browse_quotations.get_quotation_pdf,
    share.share_quotation,
    answer.accept_quotation,
    answer.reject_quotation,
    # documents
    issue_upload.issue_lead_upload,
    issue_upload.issue_kyc_upload,
    issue_upload.issue_upload,
    issue_upload.replace_document,
    issue_link.issue_link,
    browse_documents.list_lead_documents,
    browse_documents.list_kyc_documents,
    browse_documents.get_document,
    browse_documents.list_versions,
    browse_documents.list_accesses,
    browse_documents.get_kyc_log,
    keep_documents.restore_document,
    keep_documents.delete_document,
    review_kyc.approve_document,
    review_kyc.reject_document,
    # commissions
    browse_commissions.list_commissions,
    browse_commissions.get_commission,
    browse_commissions.get_commission_summary,
    approve_or_pay.approve_or_pay,
    # the apps' daily refresh
    sync.sync,
    notifications.list_notifications,
    notifications.mark_notification_read,
    notifications.mark_all_notifications_read,
    # people
    browse_people.list_channel_partners,
    browse_people.get_channel_partner,
    manage_partners.create_channel_partner,
    manage_partners.edit_channel_partner,
    activate_partner.activate_channel_partner,
    deactivate_partner.deactivate_channel_partner,
    assign_kam.assign_kam,
    browse_people.list_kams,
    browse_people.get_kam,
    manage_kams.create_kam,
    manage_kams.edit_kam,
    assign_kam.assign_channel_partners,
    browse_people.list_customers,
    browse_people.get_customer,
    correct_customer.correct_customer,
    browse_people.list_admins,
    manage_admins.create_admin,
    manage_admins.edit_admin,
    profile.get_profile,
    profile.edit_profile,
    access.block_user,
    access.end_sessions,
    access.reset_totp,
    audit.list_audit,
    # messages
    outbox.list_outbox,
    outbox.retry_message,
    # service
    health.get_liveness,
    health.get_readiness,
    reference.get_openapi,
    reference.get_docs,
    reference.get_docs_file,
):
    edge.serve(app, workflow)

for triggered in (
    check_upload.check_upload,
    check_upload.give_up_check,
    timers.send_outbox,
    sweep_uploads.sweep_uploads,
    sweep_uploads.expire_reservations,
    timers.compare_quotation_pdfs,
    timers.tell_overdue_follow_ups,
    timers.clean_up,
):
    triggers.serve(app, triggered)
